"""How fast and how frugal the provider is, beside what a user would otherwise write. `make bench` runs all of it.

``cold`` starts fresh processes on the artifact that ``artifact`` builds, against ``endpoint``, and notes when their first
call to AWS arrives; ``subjects`` are the other handlers. All else happens on virtual time, in the tests' model of AWS, on
the ``stage``: ``noticing`` (how soon the answer follows the table, beside the ``rivals``), ``frugality`` (how many calls),
``repair`` (how long indexes take), ``crowd`` (many stacks at once). Each gives plain values; ``marks`` says which of them
have a mark and what stands in the way, ``report`` and ``plots`` write docs/performance.md and its plots.
"""
