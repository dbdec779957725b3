"""The wish of an event: the table, its owner to be, and the settings that its template states. Values only."""

from collections.abc import Mapping
from enum import Enum

from sentinel_tables.model import SETTINGS, Owner, Table
from sentinel_tables.values import Value


class Origin(Enum):
    """The event that a claim comes from, which decides whose tables it may take back."""

    CREATE = "a Create: its own table, if it is not new, is taken back as adopted"
    OWN_TABLE = "an Update of the table that its physical id names: if nobody owns it, it is taken back as adopted"
    REPLACEMENT = "an Update that moves the resource to a table of another name"


class Claim(Value):
    """The claim of a resource to own the table of a schema."""

    owner: Owner
    schema_name: str
    adopt: bool = False
    """True if the template says `ExistingTable: Adopt`."""
    origin: Origin = Origin.REPLACEMENT
    sent_at: float | None = None
    """When CloudFormation sent the event, in seconds since the epoch; None if nobody knows."""
    declare: bool = False
    """True if the table is to carry the tag of the declared settings."""
    propagate: bool = False
    """True if the stack's own tags are to be put on the table."""


class Desired(Value):
    """The table that a template asks for.

    `table` holds the template's own tags; those of ownership follow from `claim`. A setting that the template does not say
    has the value of a new table in it.
    """

    table: Table
    claim: Claim
    said: frozenset[str] = SETTINGS
    """The settings that the template says."""
    taken_back: frozenset[str] = frozenset()
    """The settings that the previous template said of this table, and this one does not."""
    optional_indexes: frozenset[str] = frozenset()
    """The optional indexes that the template lists."""
    forgotten_indexes: frozenset[str] = frozenset()
    """The optional indexes that the previous template listed for this table, and this one does not."""
    forgotten_tags: frozenset[str] = frozenset()
    """The keys of the tags that the previous template named for this table, and this one does not."""
    former_key: str | None = None
    """The KMS key that the previous template named for this table."""
    made_here: bool = False
    """True if this very event made the table, whatever the clocks say."""
    stack_tags: Mapping[str, str] | None = None
    """The tags of the stack, once CloudFormation was asked for them."""
