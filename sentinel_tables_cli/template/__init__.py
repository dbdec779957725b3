"""The language of templates: documents, functions, loops, parameters. No calls to AWS."""
