"""What Sentinel's roles may do with its tables, as IAM policies. Pure: it knows schemas and roles, and asks nobody."""
