"""The handlers that the provider's cold start is compared with, and `run`, which starts any of them as Lambda would."""
