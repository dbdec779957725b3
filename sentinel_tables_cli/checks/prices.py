"""The prices of optional indexes, so that nobody lists one without knowing. Pure. A price is a note, never an error."""

from collections.abc import Iterator, Mapping

from sentinel_tables_cli.checks.properties import Problem
from sentinel_tables_cli.template.values import Items

PRICES: Mapping[str, str] = {
    "gsi-device-id": "Index gsi-device-id has a price: DynamoDB refuses a session without a device, "
    "and Sentinel then goes on without tracking it. List it only if each session has a device.",
}
"""Each optional index of the schemas, with what it costs."""


def prices(properties: object) -> Iterator[Problem]:
    """The prices of the optional indexes that the properties list; each path begins below Properties."""
    listed = properties.get("OptionalIndexes") if isinstance(properties, Mapping) else None
    for position, name in enumerate(listed) if isinstance(listed, list) else ():
        if isinstance(name, str) and name in PRICES:
            written = listed.places[position] if isinstance(listed, Items) else position
            yield Problem(("OptionalIndexes", written), PRICES[name])
