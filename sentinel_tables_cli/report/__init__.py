"""Prints, for people and for machines. It decides nothing."""
