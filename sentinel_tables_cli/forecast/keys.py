"""Keys and indexes in a few words. Pure."""

from collections.abc import Iterable

from sentinel_tables.model import GlobalSecondaryIndex, KeyAttribute


def keys_in_words(keys: Iterable[KeyAttribute]) -> str:
    """`id (S)`, or partition key and sort key."""
    return ", ".join(f"{key.name} ({key.type})" for key in keys)


def index_in_words(index: GlobalSecondaryIndex) -> str:
    """An index with its keys and its projection."""
    return f"index {index.index_name}: {keys_in_words(index.keys)}, projection {index.projection}"
