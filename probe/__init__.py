"""Checks in a real account what the provider takes for granted about CloudFormation. See README.md beside this file.

Nothing imports this package, and none of it is in the provider's artifact.
"""
