"""The drift watch, and what it says."""
