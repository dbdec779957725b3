"""Keys in KMS: what DynamoDB resolves an alias with, and `kms:DescribeKey` shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from .refusals import Refused, validation

MANAGED_ALIAS = "alias/aws/dynamodb"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, as much of it as DynamoDB cares for."""

    key_id: str
    arn: str
    manager: str = "CUSTOMER"
    spec: str = "SYMMETRIC_DEFAULT"
    state: str = "Enabled"


@dataclass(slots=True)
class Keys:
    """The keys of one account and Region; the key that AWS manages for DynamoDB is always there."""

    account: str
    region: str
    by_id: dict[str, Key] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add(MANAGED_ALIAS, manager="AWS")

    def add(
        self,
        alias: str | None = None,
        *,
        manager: str = "CUSTOMER",
        spec: str = "SYMMETRIC_DEFAULT",
        state: str = "Enabled",
    ) -> Key:
        """Make a key, with an alias (`alias/name`) if one is given."""
        key_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.account}/{self.region}/{len(self.by_id)}"))
        key = Key(key_id, f"{self._prefix}key/{key_id}", manager, spec, state)
        self.by_id[key_id] = key
        if alias:
            self.aliases[alias] = key_id
        return key

    @property
    def _prefix(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account}:"

    @property
    def managed(self) -> Key:
        """The key behind `alias/aws/dynamodb`."""
        return self.by_id[self.aliases[MANAGED_ALIAS]]

    def find(self, name: str) -> Key | None:
        """By key id, key ARN, alias name or alias ARN."""
        local = name.removeprefix(self._prefix)
        return self.by_id.get(self.aliases.get(local, local.removeprefix("key/")))

    def usable(self, name: str | None) -> Key:
        """The key that DynamoDB encrypts with, or its refusal.

        An asymmetric key is answered with a server error, each time again.
        """
        key = self.managed if name is None else self.find(name)
        if key is None:
            what = f"Alias {name} is not found." if "alias/" in str(name) else f"Key '{name}' does not exist"
            raise validation(_kms(f"KMS validation error: com.amazonaws.services.kms.model.NotFoundException: {what}"))
        if key.spec != "SYMMETRIC_DEFAULT":
            raise Refused("InternalServerError", "Internal server error", 500)
        if key.state == "PendingDeletion":
            text = f"KMSInvalidStateException: {key.arn} is pending deletion."
            raise validation(_kms(f"KMS validation error: com.amazonaws.services.kms.model.{text}"))
        if key.state != "Enabled":
            text = f"DisabledException: {key.arn} is disabled."
            raise validation(_kms(f"KMS key disabled error: com.amazonaws.services.kms.model.{text}"))
        return key


def _kms(text: str) -> str:
    return f"{text} (Service: AWSKMS; Status Code: 400; Proxy: null)"
