"""How a step says that something is not as it should be."""


class UnexpectedError(Exception):
    """Something that the demo shows is not true. The message says what was found and what was wanted."""


def expect(condition: object, message: str) -> None:
    """Raise UnexpectedError with the message unless the condition holds."""
    if not condition:
        raise UnexpectedError(message)


def expect_equal(found: object, wanted: object, what: str) -> None:
    """Raise UnexpectedError, naming what it is, unless both are equal."""
    expect(found == wanted, f"{what}: found {found!r}, wanted {wanted!r}")
