"""Reads what stands in an account. The only room that knows boto3; it changes nothing."""
