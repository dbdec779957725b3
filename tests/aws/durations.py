"""How long the control plane's work takes, in seconds, each as a range from which a seeded generator draws.

The ranges are measurements of the real service, published in `aws-controllers-k8s/dynamodb-controller`,
`docs/api-quirks`, October 2026.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Durations:
    """Ranges in seconds; the defaults are those of the real service."""

    create: Range = (2.0, 6.0)
    create_with_indexes: Range = (14.0, 22.0)
    describe_after_create: Range = (0.0, 0.09)
    """How long DescribeTable may not know a table yet."""
    parts_after_create: Range = (1.0, 3.0)
    """How long TTL, tags, recovery, insights and policy do not know a table yet, at most until it is ACTIVE."""
    describe_lag: Range = (0.0, 0.0)
    """How old the state is that DescribeTable shows, each time drawn anew. The documents call it eventually consistent."""
    delete: Range = (4.0, 6.0)
    parts_after_delete: Range = (1.0, 1.6)
    """How long these still know a table that is being deleted."""
    index_allocation: Range = (24.0, 56.0)
    index_backfill: Range = (456.0, 964.0)
    index_delete: Range = (3.0, 5.0)
    encryption: Range = (21.3, 23.3)
    encryption_key_shown: Range = (8.0, 9.0)
    stream: Range = (4.0, 5.1)
    table_class: Range = (3.6, 6.1)
    billing: Range = (2.0, 130.0)
    throughput: Range = (1.0, 2.0)
    ttl_settles: Range = (1.5, 2.1)
    ttl_cooldown: Range = (1860.0, 3600.0)
    ttl_expiry: Range = (60.0, 172_800.0)
    """From a record's `ttl` until it is gone."""
    recovery_after_active: Range = (1.0, 6.0)
    insights_enable: Range = (1.0, 16.2)
    insights_disable: Range = (2.0, 2.1)
    tag_lag: Range = (1.3, 3.0)
    tag_lag_after_active: Range = (0.0, 3.0)
    """For the tags that CreateTable was given. Measured as zero; the documents promise nothing."""
    tag_lock: Range = (1.55, 1.8)
    policy_lag: Range = (1.0, 2.7)
    policy_pending: Range = (0.6, 2.4)
    policy_cooldown: Range = (15.0, 15.0)
    protection_cooldown: Range = (15.0, 15.0)
    replica_shown: Range = (5.0, 7.0)
    """From the call that adds a replica until DescribeTable lists it."""
    replica_add: Range = (14.0, 49.0)
    """On an empty table; with a record 8 to 12 minutes."""
    replica_remove: Range = (97.0, 244.0)
    replica_protection: Range = (34.0, 39.0)
    """How long a change of deletion protection keeps a table with replicas UPDATING."""
    key_loss_noticed: Range = (756.0, 4_506.0)
    key_return_noticed: Range = (60.0, 600.0)
    """Not measured: the documents say that it takes a while."""

    def lagging(self, seconds: float = 3.0) -> Durations:
        """The same, with every read up to so many seconds late. 3 s is the most that was measured, of tags."""
        late = (0.0, seconds)
        return replace(
            self, describe_after_create=late, describe_lag=late, tag_lag=late, tag_lag_after_active=late, policy_lag=late
        )

    def scaled(self, factor: float) -> Durations:
        """The same with every range multiplied."""
        return Durations(**{name: _times(getattr(self, name), factor) for name in (field.name for field in fields(self))})


def _times(duration: Range, factor: float) -> Range:
    return duration[0] * factor, duration[1] * factor


REAL = Durations()
FAST = REAL.scaled(0.05)
INSTANT = REAL.scaled(0.0)
