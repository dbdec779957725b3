"""The help of each command. What follows click's own mark, a backspace, keeps its lines."""

MAIN = """\
See what Custom::SentinelTable resources will do before you deploy them, and how their tables stand.

\b
Examples:
  sentinel-tables validate template.yaml
  sentinel-tables plan template.yaml --stack sentinel
  sentinel-tables status --verbose
"""

PLAN = """\
Show what deploying TEMPLATE would do to each of its tables.

It makes the same plan as the provider, and changes nothing. With --stack it knows whose tables are whose, which would
be replaced or removed, and the values that the stack's parameters have now. Parameters may be written as the AWS CLI
has them.

\b
Exit status: 0 nothing to do, 2 changes, 1 refused or failed.

\b
Examples:
  sentinel-tables plan template.yaml
  sentinel-tables plan template.yaml --stack sentinel --parameters Team=platform TimeToLive=false
  sentinel-tables plan template.yaml --stack sentinel --parameters file://parameters.json
  sentinel-tables plan template.yaml --json --endpoint-url http://localhost:4566
"""

STATUS = """\
List the tables that carry the tags of ownership: schema, owner, and drift from the schema.

\b
Drift is one word: none, drifted (a deployment repairs it), broken (none does, or it
cannot be compared), busy (cannot be told yet).
Settings are compared where the table tells what was declared (the tag sentinel:declared, which the provider
sets where its drift watch is on); elsewhere they are taken to be right, and `plan` compares them.

\b
Exit status: 0 no drift, 2 drift, 1 failed.

\b
Examples:
  sentinel-tables status
  sentinel-tables status --prefix sentinel- --verbose
  sentinel-tables status --json | jq '.tables[] | select(.drift != "none")'
"""

SCHEMA = """\
Print a schema as text, as data, or as a native resource of CloudFormation or Terraform.

\b
Examples:
  sentinel-tables schema breakglass
  sentinel-tables schema approval --format cloudformation > native.yaml
  sentinel-tables schema session --format terraform --table-name sentinel-sessions-blue
  sentinel-tables schema session --optional-index gsi-device-id
"""

POLICY = """\
Print what one of Sentinel's roles may do with a table of schema NAME, as an IAM policy: no more than its calls take.

\b
requester, approver     approval
invoker, closer         breakglass
authorizer, revoker     session
tvm                     all four
auditor                 approval, breakglass, session

--key adds kms:Decrypt, through DynamoDB alone, for a table with a customer managed key. Without the table's ARN the JSON
holds in any account and Region, for tables of that name.

\b
Examples:
  sentinel-tables policy approval --role requester
  sentinel-tables policy approval --role approver --table-name "$(aws dynamodb describe-table \\
    --table-name sentinel-requests --query Table.TableArn --output text)"
  sentinel-tables policy breakglass --role closer --format cloudformation > closer.yaml
  sentinel-tables policy session --role tvm --format terraform
"""

WIRING = """\
Print what Sentinel has to be told for the tables of STACK: the flags of its commands, the variables of its Lambda
function, the values of its Terraform module and of its CDK app. It reads the stack, and changes nothing.

\b
Examples:
  sentinel-tables wiring sentinel-records
  sentinel-tables wiring sentinel-records --json | jq '[.tables[].terraform] | add' > tables.auto.tfvars.json
"""

VALIDATE = """\
Check the properties of every Custom::SentinelTable in TEMPLATE, without a call to AWS.

The messages are those that the provider would fail with. Names that the properties refer to and attributes that
the template asks for are checked too, and that no two of its resources ask for one table.
What is known only at deployment is passed over.

\b
Exit status: 0 well, 1 something is wrong.

\b
Examples:
  sentinel-tables validate template.yaml
  sentinel-tables validate template.yaml --parameters TableName=sentinel-blue
"""

RULES = """\
Print the folder of the rules for cfn-lint.

What an optional index costs is informational (I9504): cfn-lint shows it with --include-checks I.

\b
Example:
  cfn-lint --append-rules "$(sentinel-tables rules)" -- template.yaml
"""
