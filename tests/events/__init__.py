"""Whole events: CloudFormation sends one to the provider, and everything runs to its end on virtual time."""
