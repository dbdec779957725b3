"""A user's mistake, in one or two sentences, the remedy last."""

NO_READER = 141
"""The exit status by which a shell reports a process whose output nobody read. 1 would say that a plan is refused."""


class Mistake(Exception):
    """Its text is what is printed; no traceback follows."""


def clean(text: object) -> str:
    """Text from outside as it may stand on a terminal: nothing in it is a control sequence."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))
