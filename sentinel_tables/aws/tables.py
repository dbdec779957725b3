"""The tables port on boto3: what stands, and the taking of steps. The only module that knows boto3's clients.

Each call either answers, or raises NotNow, RefusedByAws or ProtectedTable, as `refusals` sorts it. botocore is to make one
attempt at a call: trying again is the business of the loop in `converge`, which looks at the table first.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sentinel_tables.aws import normalise
from sentinel_tables.aws.calls import Absent, Client, DoneAlready, call
from sentinel_tables.errors import NotNow, RefusedByAws, SentinelTableError, shown
from sentinel_tables.model import Encryption, Facet, LiveTable, Settings, TableStatus
from sentinel_tables.rules.policies import canonical_policy
from sentinel_tables.rules.steps import Effect, Step

log = logging.getLogger(__name__)

AWS_MANAGED_KEY = "alias/aws/dynamodb"
OWN_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
"""The ends of the names of AWS's own hosts. https://docs.aws.amazon.com/general/latest/gr/rande.html"""
ATTEMPTS_AT_MANAGED_KEY = 3


class DynamoTables:
    """Reads tables, and takes steps on them, through a DynamoDB client.

    `keys` makes the KMS client, which is needed seldom: for a key that a template names by other than its ARN, and to tell
    the AWS managed key from others, once in the life of a process.
    """

    def __init__(self, client: Client, keys: Callable[[], Client]) -> None:
        self._client = client
        self._keys = keys
        self._managed_key: str | None = None
        self._known_keys: set[str] = set()
        """The ARNs of customers' keys that were looked at."""
        self._attempts_left = ATTEMPTS_AT_MANAGED_KEY
        self._readers: Mapping[Facet, Callable[[LiveTable], LiveTable]] = {
            Facet.TAGS: self._with_tags,
            Facet.TIME_TO_LIVE: self._with_time_to_live,
            Facet.BACKUPS: self._with_backups,
            Facet.INSIGHTS: self._with_insights,
            Facet.POLICY: self._with_policy,
        }

    @property
    def at_aws(self) -> bool:
        """See `ports.Tables.at_aws`."""
        return (urlsplit(self._client.meta.endpoint_url).hostname or "").endswith(OWN_HOSTS)

    def read(
        self,
        name: str,
        known: LiveTable | None,
        facets: frozenset[Facet],
        again: frozenset[Facet],
        between: Callable[[], None] = lambda: None,
    ) -> LiveTable | None:
        """See `ports.Tables.read`."""
        live = self._described(name) if known is None or Facet.TABLE in again else _table_alone(known)
        if live is None or live.status == TableStatus.DELETING:
            return live
        if known is not None and known.table_id == live.table_id:
            live = _carried(known, live, (known.facets & facets) - again - {Facet.TABLE})
        if live.status == TableStatus.CREATING:
            return live
        for facet, reader in self._readers.items():
            if facet in facets - live.facets:
                between()
                live = replace(reader(live), facets=live.facets | {facet})
        return self._with_key(live)

    def take(self, step: Step) -> str:
        """See `ports.Tables.take`."""
        try:
            answer = self._call(step.api, **step.arguments)
        except DoneAlready as refusal:
            log.info("done already", extra={"step": step.api, "reason": str(refusal)})
        except Absent as refusal:
            raise NotNow(str(refusal)) from refusal
        else:
            if step.effect is Effect.CREATES:
                return str(answer.get("TableDescription", {}).get("TableId", ""))
        return ""

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        """The same encryption, a customer managed key named by its ARN, as DescribeTable does; the AWS managed one by none.

        Sending the encryption that is already set starts a new one, so ARNs have to be compared. Raises NotNow, and
        RefusedByAws where there is no usable key of that name.
        """
        name = encryption.key
        if name is None or name in self._known_keys:
            return encryption
        managed = self._managed() or ""
        if name in (managed, managed.rpartition("/")[2]):
            return replace(encryption, key=None)
        try:
            metadata = call(self._keys(), "describe_key", {"KeyId": name})["KeyMetadata"]
        except SentinelTableError as refusal:
            if isinstance(refusal, NotNow) and not (refusal.in_doubt and ":key/" in name):
                raise
            if ":key/" not in name:
                raise RefusedByAws(f"Property SSESpecification.KMSMasterKeyId is {shown(name)}: {refusal}") from refusal
            metadata = {"Arn": name}  # whether an ARN that cannot be looked at is good is DynamoDB's to say
        if metadata.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
            raise RefusedByAws(f"KMSMasterKeyId {shown(name)} is not a symmetric key. Name a symmetric KMS key.")
        if metadata.get("KeyManager") == "AWS":
            return replace(encryption, key=None)
        self._known_keys.add(metadata["Arn"])
        return replace(encryption, key=metadata["Arn"])

    def _call(self, api: str, **arguments: object) -> Any:
        return call(self._client, api, arguments)

    def _described(self, name: str) -> LiveTable | None:
        try:
            return normalise.live_table(self._call("describe_table", TableName=name)["Table"])
        except Absent:
            return None

    def _with_tags(self, live: LiveTable) -> LiveTable:
        """Tags that come in pages may change between them: such a list counts where the next one is the same."""
        tags: dict[str, str] = {}
        before: dict[str, str] | None = None
        page: dict[str, str] = {}
        while True:
            answer = self._facet("list_tags_of_resource", ResourceArn=live.arn, **page)
            tags |= {tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])}
            if answer.get("NextToken"):
                page = {"NextToken": answer["NextToken"]}
            elif not page or tags == before:
                return replace(live, table=replace(live.table, tags=tags))
            else:
                tags, before, page = {}, tags, {}

    def _with_time_to_live(self, live: LiveTable) -> LiveTable:
        answer = self._facet("describe_time_to_live", TableName=live.table.name)
        attribute, motions = normalise.time_to_live(answer.get("TimeToLiveDescription", {}))
        return _with(replace(live, motions=live.motions + motions), time_to_live=attribute)

    def _with_backups(self, live: LiveTable) -> LiveTable:
        answer = self._facet("describe_continuous_backups", TableName=live.table.name)
        description = answer.get("ContinuousBackupsDescription", {})
        live = replace(live, recovery_ready=normalise.recovery_ready(description))
        return _with(live, recovery_days=normalise.recovery_days(description))

    def _with_insights(self, live: LiveTable) -> LiveTable:
        answer = self._facet("describe_contributor_insights", TableName=live.table.name)
        enabled, motions = normalise.contributor_insights(answer)
        return _with(replace(live, motions=live.motions + motions), contributor_insights=enabled)

    def _with_policy(self, live: LiveTable) -> LiveTable:
        try:
            answer = self._call("get_resource_policy", ResourceArn=live.arn)
        except Absent:
            return _with(live, policy=None)
        policy = answer.get("Policy")
        return _with(live, policy=canonical_policy(json.loads(policy)) if policy else None)

    def _facet(self, api: str, **arguments: object) -> Any:
        """An answer about a table that DescribeTable knows: that another call does not know it passes."""
        try:
            return self._call(api, **arguments)
        except Absent as refusal:
            raise NotNow(str(refusal)) from refusal

    def _with_key(self, live: LiveTable) -> LiveTable:
        """None in place of the ARN of the AWS managed key, where that can be told."""
        encryption = live.table.settings.encryption
        if not encryption.kms or encryption.key is None:
            return live
        if encryption.key.endswith(f":{AWS_MANAGED_KEY}"):
            return _with(live, encryption=replace(encryption, key=None))
        managed = self._managed()
        if managed is None:
            return replace(live, key_unknown=True)
        return _with(live, encryption=replace(encryption, key=None)) if encryption.key == managed else live

    def _managed(self) -> str | None:
        if self._managed_key is None and self._attempts_left:
            self._managed_key = self._look_up_managed_key()
        return self._managed_key

    def _look_up_managed_key(self) -> str | None:
        """The ARN of the AWS managed key, or None where it cannot be found out: no table is to fail for that alone."""
        self._attempts_left -= 1
        try:
            return str(call(self._keys(), "describe_key", {"KeyId": AWS_MANAGED_KEY})["KeyMetadata"]["Arn"])
        except NotNow as refusal:
            if self._attempts_left or not refusal.in_doubt:
                self._attempts_left += not refusal.in_doubt
                raise
        except SentinelTableError as refusal:
            log.warning("the AWS managed key cannot be told from others", extra={"reason": str(refusal)})
        return None


def _with(live: LiveTable, **settings: Any) -> LiveTable:
    return replace(live, table=replace(live.table, settings=replace(live.table.settings, **settings)))


CARRIED: Mapping[Facet, str] = {
    Facet.TIME_TO_LIVE: "time_to_live",
    Facet.BACKUPS: "recovery_days",
    Facet.INSIGHTS: "contributor_insights",
    Facet.POLICY: "policy",
}
"""The setting that each facet tells."""


def _table_alone(known: LiveTable) -> LiveTable:
    """The live table without what other calls than DescribeTable told."""
    motions = tuple(motion for motion in known.motions if motion.facet is Facet.TABLE)
    return replace(known, facets=frozenset({Facet.TABLE}), motions=motions)


def _carried(known: LiveTable, live: LiveTable, facets: frozenset[Facet]) -> LiveTable:
    """The live table with those facets as they were known."""
    before: Settings = known.table.settings
    settings = {CARRIED[facet]: getattr(before, CARRIED[facet]) for facet in facets & CARRIED.keys()}
    if Facet.TAGS in facets:
        live = replace(live, table=replace(live.table, tags=known.table.tags))
    if Facet.BACKUPS in facets:
        live = replace(live, recovery_ready=known.recovery_ready)
    motions = tuple(motion for motion in known.motions if motion.facet in facets)
    return _with(replace(live, facets=live.facets | facets, motions=live.motions + motions), **settings)
