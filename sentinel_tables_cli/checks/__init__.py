"""Finds what is wrong with a template, by the provider's own readers. No calls to AWS."""
