"""The kinds of work that a step can be. Each constructor of `steps` states its kind."""

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of work, which are also kinds of drift."""

    TABLE = "table"
    TABLE_WITH_INDEXES = "table with indexes"
    REMOVAL = "removal"
    INDEX = "index"
    INDEX_REMOVAL = "index removal"
    BILLING = "billing"
    ENCRYPTION = "encryption"
    TABLE_CLASS = "table class"
    THROUGHPUT = "throughput limits"
    STREAM = "stream"
    PROTECTION = "deletion protection"
    EXPIRY = "time to live"
    RECOVERY = "point-in-time recovery"
    INSIGHTS = "contributor insights"
    POLICY = "resource policy"
    TAGS = "tags"
