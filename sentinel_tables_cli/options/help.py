"""The help of each command. A line with a backspace alone is click's mark: what follows keeps its lines."""

SCHEMA_NAMES = ("breakglass", "approval", "session", "ratelimit")
"""The schemas' names, without a look at the schemas, for a help that is quick."""
ROLE_NAMES = ("requester", "approver", "invoker", "closer", "tvm", "authorizer", "revoker", "auditor")
"""The names of Sentinel's roles, likewise."""

SHORT = {
    "validate": "Check templates, without a call to AWS.",
    "plan": "Show what a deployment would do to each table.",
    "status": "List the tables that are owned, and their drift.",
    "left-behind": "List the tables that no resource has any more.",
    "schema": "Print a schema, also for CloudFormation or Terraform.",
    "policy": "Print what one of Sentinel's roles may do with a table.",
    "wiring": "Print the names by which Sentinel asks for a stack's tables.",
    "rules": "Print the folder of the rules for cfn-lint.",
}
"""One line for each command, short enough for the list of all of them."""

MAIN = """\
See what Custom::SentinelTable resources will do before you deploy them, and how their tables stand.

\b
Examples:
  sentinel-tables validate template.yaml
  sentinel-tables plan template.yaml --stack sentinel
  sentinel-tables status --verbose

\b
Defaults for --prefix, --stack and --parameters may stand in the table
[tool.sentinel-tables] of pyproject.toml, or in sentinel-tables.toml.
"""

PLAN = """\
Show what deploying TEMPLATE would do to each of its tables.

It makes the same plan as the provider, and changes nothing. With --stack it knows whose tables are whose, which would
be replaced or removed, and the values that the stack's parameters have now. It looks up exports, and parameters of the
types AWS::SSM::Parameter::Value, if your credentials may. Parameters may be written as the AWS CLI has them.

\b
Exit status: 0 the plan can be made, 1 refused, not known or failed.
With --detailed-exitcode: 2 if it can be made and has changes.

\b
Examples:
  sentinel-tables plan template.yaml
  sentinel-tables plan template.yaml --stack sentinel --parameters Team=blue
  sentinel-tables plan template.yaml --parameters file://parameters.json
  sentinel-tables plan --stack sentinel --change-set update-7
  sentinel-tables plan template.yaml --endpoint-url http://localhost:4566
"""

STATUS = """\
List the tables that carry the tags of ownership: schema, owner, and drift from the schema.

\b
Drift is one word: none; drifted, a deployment repairs it; broken, none does,
or it cannot be compared; busy, it cannot be seen yet.

Settings are compared if the table's tags show what was declared: the provider sets the tag sentinel:declared while its
drift watch is on. Without that tag they are assumed to be right, and `plan` compares them.

\b
Exit status: 0 no drift, 2 drift, 1 failed.

\b
Examples:
  sentinel-tables status
  sentinel-tables status --prefix sentinel- --verbose
  sentinel-tables status --json | jq '.tables[] | select(.drift != "none")'
"""

LEFT_BEHIND = """\
List the tables that no resource has any more.

The tags of a table name its owner. A table is left behind if CloudFormation says that this resource is gone, or that it
has another table now. For each one: why, how old it is, and the commands that adopt or delete it. Nothing is changed.

\b
Exit status: 0, or 1 failed.

\b
Examples:
  sentinel-tables left-behind
  sentinel-tables left-behind --json | jq -r '.tables[].table'
"""

SCHEMA = """\
Print a schema as text, as data, or as a native resource of CloudFormation or Terraform.

With --format adopt: a template whose stack adopts the table that --table-name names.

\b
Examples:
  sentinel-tables schema breakglass
  sentinel-tables schema approval --format cloudformation > native.yaml
  sentinel-tables schema session --format terraform
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
  sentinel-tables policy approval --role approver --table-name "$TABLE_ARN"
  sentinel-tables policy breakglass --role closer --format cloudformation
  sentinel-tables policy session --role tvm --format terraform
"""

WIRING = """\
Print what Sentinel has to be told for the tables of STACK: the flags of its commands, the variables of its Lambda
function, the values of its Terraform module and of its CDK app. It reads the stack, and changes nothing.

\b
Examples:
  sentinel-tables wiring sentinel-records
  sentinel-tables wiring sentinel-records --json |
    jq '[.tables[].terraform] | add' > tables.auto.tfvars.json
"""

VALIDATE = """\
Check the properties of every Custom::SentinelTable in the templates, without a call to AWS.

The messages are those that the provider would fail with. Checked too: the names that the properties refer to, the
attributes that a template asks for, that no two resources ask for one table, and each parameter's default. What is
known only at deployment is passed over.

\b
Exit status: 0 well, 1 something is wrong.

\b
Examples:
  sentinel-tables validate template.yaml
  sentinel-tables validate 'stacks/**/*.yaml' --format sarif > findings.sarif
  sentinel-tables validate template.yaml --parameters TableName=sentinel-blue
"""

RULES = """\
Print the folder of the rules for cfn-lint.

What an optional index costs is informational (I9504): cfn-lint shows it with --include-checks I.

\b
Example:
  cfn-lint --append-rules "$(sentinel-tables rules)" -- template.yaml
"""
