"""Forecasts a deployment: the provider's own plan, for each table of a template."""
