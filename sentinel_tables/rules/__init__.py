"""Decides what may be done to a table, and in which order. Pure: values in, values out, no clock and no calls."""
