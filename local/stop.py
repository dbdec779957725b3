"""``make demo-stop``: stop what ``make demo KEEP=1`` left running."""

from local import ministack, show


def main() -> None:
    """Stop it, and say whether there was anything to stop."""
    stopped = ministack.stop_kept()
    show.Screen().say("MiniStack is stopped and its files are gone." if stopped else "Nothing was running.")


if __name__ == "__main__":
    main()
