"""What stands in the account. The only room that knows boto3, and it only reads."""
