"""Resource policies: read later than written, and one change in 15 seconds.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .parts import known
from .refusals import Refused, in_use, invalid, no_table, throttled
from .state import Arguments, State, bare_name

if TYPE_CHECKING:
    from .tables import Json, Table

LARGEST_BYTES = 20_480
COOLDOWN_SECONDS = 15.0


def _table(state: State, arguments: Arguments) -> Table:
    arn = arguments["ResourceArn"]
    if not arn.startswith("arn:"):
        raise invalid(f"ARNs must start with 'arn:': {arn}")
    name = bare_name(arn)
    return known(state, name, no_table(name))


def _absent(arn: str) -> Refused:
    return Refused("PolicyNotFoundException", f"Resource-based policy not found for the provided ResourceArn: {arn}")


def canonical(document: str, account: str) -> str:
    """As a read shows it: minified, in a fixed order, lists of one element as that element."""
    try:
        policy = json.loads(document)
    except ValueError:
        raise invalid("Invalid policy document: This policy contains invalid Json") from None
    if not isinstance(policy, dict) or not policy.get("Statement"):
        raise invalid("Invalid policy document: Could not parse the policy: Statement is empty!")
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    shown = {"Version": policy.get("Version", "2008-10-17")} | ({"Id": policy["Id"]} if "Id" in policy else {})
    shown["Statement"] = [_statement(statement, account) for statement in statements]
    return json.dumps(shown, separators=(",", ":"))


def _statement(statement: dict[str, Any], account: str) -> dict[str, Any]:
    order = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")
    shown = {key: statement[key] for key in (*order, *statement) if key in statement}
    for key in ("Action", "Resource"):
        if key in shown:
            shown[key] = _one(shown[key])
    if isinstance(shown.get("Principal"), dict):
        shown["Principal"] = {kind: _principal(value, account) for kind, value in shown["Principal"].items()}
    return shown


def _principal(value: object, account: str) -> object:
    root = f"arn:aws:iam::{account}:root"
    if isinstance(value, list):
        return _one([root if entry == account else entry for entry in value])
    return root if value == account else value


def _one(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def refuse_unknown_principals(state: State, document: str) -> None:
    """IAM has to know whom a policy names, and knows a new role only after some seconds."""
    for statement in json.loads(document)["Statement"]:
        principal = statement.get("Principal")
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        for arn in [named] if isinstance(named, str) else named:
            if state.now < state.unknown_principals.get(arn, float("-inf")):
                raise invalid("Invalid principal in policy document.")


def get_resource_policy(state: State, arguments: Arguments) -> Json:
    """The policy as it was 1 to 3 seconds ago."""
    shown = _table(state, arguments).policy.shown
    if shown is None:
        raise _absent(arguments["ResourceArn"])
    return {"Policy": shown[0], "RevisionId": shown[1]}


def put_at_creation(state: State, table: Table, document: str) -> None:
    """CreateTable's own policy; it opens no cooldown."""
    table.policy.document = canonical(document, state.account)
    refuse_unknown_principals(state, table.policy.document)
    table.policy.revision = _revision(state)
    table.policy.shown = (table.policy.document, table.policy.revision)


def put_resource_policy(state: State, arguments: Arguments) -> Json:
    """Replace the policy; the same one again changes nothing."""
    if len(arguments["Policy"].encode()) > LARGEST_BYTES:
        raise invalid(f"Maximum policy size of {LARGEST_BYTES} bytes exceeded")
    document = canonical(arguments["Policy"], state.account)
    refuse_unknown_principals(state, document)
    table = _table(state, arguments)
    if table.policy.document == document:
        return {"RevisionId": table.policy.revision}
    _refuse_busy(state, table)
    _check_revision(table, arguments)
    _change(state, table, document)
    return {"RevisionId": table.policy.revision}


def delete_resource_policy(state: State, arguments: Arguments) -> Json:
    """Remove the policy; where there is none, that is no error."""
    table = _table(state, arguments)
    if table.policy.document is None:
        return {}
    _refuse_busy(state, table)
    _check_revision(table, arguments)
    _change(state, table, None)
    return {"RevisionId": _revision(state)}


def _check_revision(table: Table, arguments: Arguments) -> None:
    expected = arguments.get("ExpectedRevisionId")
    if expected is not None and expected != (table.policy.revision or "NO_POLICY"):
        text = "Resource-based policy not found for the provided ResourceArn: the revision id did not match"
        raise Refused("PolicyNotFoundException", text)


def _refuse_busy(state: State, table: Table) -> None:
    if table.status in {"CREATING", "DELETING"}:
        raise in_use(f"Table is being {'created' if table.status == 'CREATING' else 'deleted'}: {table.name}")
    if state.now < table.policy.pending_until:
        raise in_use(f"Table is pending previous resource-based policy update: {table.name}")
    again = table.policy.changed_at + state.draw(state.durations.policy_cooldown)
    if state.now < again:
        raise throttled(
            f"Resource-based policy for table {table.name} modified within the previous 15000 milliseconds. "
            f"Please try again after {state.clock.stamp(again - state.now)}."
        )


def _change(state: State, table: Table, document: str | None) -> None:
    state.changed(table, "policy removed" if document is None else "policy put")
    policy = table.policy
    policy.document = document
    policy.revision = _revision(state) if document else None
    policy.changed_at = state.now
    policy.pending_until = state.now + state.draw(state.durations.policy_pending)
    shown = (document, str(policy.revision)) if document else None
    state.after(state.draw(state.durations.policy_lag), lambda: setattr(policy, "shown", shown))


def _revision(state: State) -> str:
    return str(int(state.now * 1000))
