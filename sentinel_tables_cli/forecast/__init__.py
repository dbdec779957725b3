"""What a deployment would do to each table, by the provider's own plan."""
