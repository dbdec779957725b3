"""From CloudFormation's event to a frozen value. Strings end here, and only this room knows the properties' names."""
