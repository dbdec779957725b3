"""What is wrong with a template, as the provider would see it. No calls to AWS."""
