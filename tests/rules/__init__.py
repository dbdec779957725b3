"""What is decided from values alone: the plan, whose a table is, what a policy or a tag means."""
