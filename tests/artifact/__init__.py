"""The artifact that `sam build` makes, run by AWS's own runtime client against Amazon's own DynamoDB engine.

A test speaks to a `World`: it sends CloudFormation's event and reads the one answer. Below it, `lambda_host` runs the
artifact as Lambda does (`runtime_api` is one execution environment's side of it), `aws` is every AWS endpoint that the
artifact sees, `engines` are what answers behind it, `stacks` is CloudFormation as somebody sees it who asks, and
`answers` is the S3 end of the `ResponseURL`. A `RotoWorld` has `roto` in place of `lambda_host`, `aws` and the engines.

No wait here is without an end, and whatever a test starts, its fixture ends.
"""
