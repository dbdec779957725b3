"""The provider as the SAM CLI deploys it, on a local AWS: the examples, the drift watch on its schedule, and the tutorial.

`page` reads a document, `shell` types what it says. The local AWS, its stacks and its tables are those of the demo.
"""
