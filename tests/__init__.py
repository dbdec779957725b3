"""The tests. README.md here says which folder proves which promise."""
