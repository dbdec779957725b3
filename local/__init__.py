"""The demo: the provider's main job, done on a local AWS by the real SAM CLI. Nothing of this is in the artifact.

``demo`` tells the story, step by step, and ends with a status that says whether all of it was true. It starts MiniStack
through ``ministack``, which leaves the starting, the stopping and the tidying up to ``keeper``, a process of its own, so
that nothing stays behind however the demo ends. ``sam`` lets the SAM CLI build and deploy the provider; ``stacks``,
``tables`` and ``records`` are the demo's views of CloudFormation, of the tables and of the records in them. ``show`` is
what a person sees. ``environment`` says where things are and what each program gets to know of the shell that the demo
was started from; ``expect`` is how a step says that something is not as it should be.
"""
