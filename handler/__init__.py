"""The Lambda function of `Custom::SentinelTable`: what CloudFormation and Lambda ask of it, and no decision about tables."""
