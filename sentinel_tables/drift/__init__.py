"""Drift: whether a table still is what its template declared. For the watch and the command line, never in the provider."""
