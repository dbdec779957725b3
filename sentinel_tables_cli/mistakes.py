"""What a user of the command line got wrong, in one or two sentences, the remedy last."""

NO_READER = 141
"""What a shell says of a process that wrote into a pipe which nobody read any more; 1 would say that a plan is refused."""


class Mistake(Exception):
    """Its text is what is printed; no traceback follows."""


def clean(text: object) -> str:
    """Text from outside as it may stand on a terminal: nothing in it is a control sequence."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))
