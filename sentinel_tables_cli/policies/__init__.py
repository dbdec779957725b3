"""IAM policies for Sentinel's roles on its tables. Pure: it knows schemas and roles, and asks nobody."""
