"""Reads the text of a template, in YAML or JSON, and keeps the line of every key and item. Pure.

PyYAML parses; its nodes become plain values here. CloudFormation's short forms (`!Sub`) become their long forms
(`Fn::Sub`). Keys keep their spelling, so that an account's id stays the text that it is. If a key stands twice in a mapping,
the last one counts, as for CloudFormation, and the doubles are reported.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML_TAG = "tag:yaml.org,2002:"
TYPED = frozenset(YAML_TAG + kind for kind in ("bool", "int", "float", "null"))
MERGE = YAML_TAG + "merge"
UNPREFIXED = ("Ref", "Condition")
"""The short forms that do not stand for an `Fn::` function."""
MOST_NODES = 250_000
"""Nodes that a template may have once its aliases are expanded. A few nested aliases can stand for billions."""


class NotReadable(Exception):
    """The text is neither YAML nor JSON: the line, counted from 1, and the reason without its full stop."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


@dataclass(frozen=True, slots=True)
class Double:
    """A key that stands twice in one mapping: where it stands again, and where it stood before. Lines count from 1."""

    key: str
    line: int
    before: int


class Block(dict[str, Any]):
    """A mapping of a template; `lines` holds the line of each key."""

    def __init__(self, items: Iterable[tuple[str, Any, int]] = ()) -> None:
        items = list(items)
        super().__init__((key, value) for key, value, _ in items)
        self.lines = {key: line for key, _, line in items}


class Sequence(list[Any]):
    """A list of a template; `lines` holds the line of each item."""

    def __init__(self, items: Iterable[tuple[Any, int]] = ()) -> None:
        items = list(items)
        super().__init__(value for value, _ in items)
        self.lines = [line for _, line in items]


def decode(text: str, *, strictly_json: bool = False) -> tuple[object, tuple[Double, ...]]:
    """The value that the text holds, and the keys that stand twice. Raises NotReadable.

    A text that begins like JSON and is not JSON may still be YAML, but not if its file says that it is JSON.
    """
    if not text.lstrip().startswith("{"):
        return _in_yaml(text)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if strictly_json:
            raise NotReadable(error.lineno, f"not JSON: {error.msg}") from None
        return _in_yaml(text)
    try:
        return _in_yaml(text.replace("\t", " "))  # JSON has tabs between values alone, and YAML does not take them
    except NotReadable:
        return _in_json(text)


def _in_json(text: str) -> tuple[object, tuple[Double, ...]]:
    """JSON that YAML does not take, a surrogate pair for example. Its lines are not known."""
    doubles: list[Double] = []

    def block(pairs: list[tuple[str, Any]]) -> Block:
        keys = [key for key, _ in pairs]
        doubles.extend(Double(key, 1, 1) for key in dict.fromkeys(keys) if keys.count(key) > 1)
        return Block((key, value, 1) for key, value in pairs)

    return json.loads(text, object_pairs_hook=block), tuple(doubles)


def _in_yaml(text: str) -> tuple[object, tuple[Double, ...]]:
    try:
        loader = LOADER(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = error.problem or error.context or "it cannot be parsed"
        raise NotReadable(mark.line + 1 if mark else 1, f"not YAML or JSON: {why}") from None
    except yaml.YAMLError as error:
        why = str(getattr(error, "reason", None) or error).partition("\n")[0]
        raise NotReadable(1, f"not YAML or JSON: {why}") from None
    builder = _Builder(loader)
    document = Block() if node is None else builder.value(node)
    if "&" in text and _size(document, {}) > MOST_NODES:
        raise NotReadable(1, f"a template of more than {MOST_NODES} nodes, once its aliases are expanded")
    return document, tuple(builder.doubles)


@dataclass
class _Builder:
    """Turns the nodes of one document into values."""

    loader: Any
    doubles: list[Double] = field(default_factory=list)
    built: dict[int, Any] = field(default_factory=dict)
    """The value of each mapping and list, by its node's identity: an alias is the very node of its anchor."""

    def value(self, node: Any) -> Any:
        """The value of a node."""
        if id(node) not in self.built:
            self.built[id(node)] = self._function(node) if node.tag.startswith("!") else self._plain(node)
        return self.built[id(node)]

    def _function(self, node: Any) -> Any:
        name = node.tag[1:] if node.tag[1:] in UNPREFIXED else f"Fn::{node.tag[1:]}"
        argument = node.value if isinstance(node, yaml.ScalarNode) else self._plain(node)
        if name == "Fn::GetAtt" and isinstance(argument, str):
            argument = Sequence((part, _line(node)) for part in argument.split(".", 1))
        return Block([(name, argument, _line(node))])

    def _plain(self, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return Block(self._pairs(node))
        if isinstance(node, yaml.SequenceNode):
            return Sequence((self.value(item), _line(item)) for item in node.value)
        return self._scalar(node) if node.tag in TYPED else node.value

    def _scalar(self, node: Any) -> Any:
        """A boolean, a number or null. A number that Python would write in another way stays the text that it is."""
        try:
            value = self.loader.construct_object(node)
        except ValueError:
            return node.value
        return node.value if isinstance(value, float) and not repr(value).replace(".", "").lstrip("-").isdigit() else value

    def _pairs(self, node: Any) -> Iterator[tuple[str, Any, int]]:
        merged = [pair for key, value in node.value if key.tag == MERGE for pair in self._merged(value)]
        seen: dict[str, int] = {}
        own: list[tuple[str, Any, int]] = []
        for key, value in node.value:
            if key.tag == MERGE:
                continue
            name, line = self._key(key), _line(key)
            if name in seen:
                self.doubles.append(Double(name, line, seen[name]))
            seen[name] = line
            own.append((name, self.value(value), line))
        yield from (pair for pair in merged if pair[0] not in seen)
        yield from own

    def _merged(self, node: Any) -> Iterator[tuple[str, Any, int]]:
        """The keys that YAML's `<<` brings in, of a mapping or of several."""
        for one in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(one, yaml.MappingNode):
                raise NotReadable(_line(one), "not YAML or JSON: << takes a mapping")
            yield from self._pairs(one)

    def _key(self, node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag == YAML_TAG + "null":
            what = "null" if isinstance(node, yaml.ScalarNode) else "not text"
            raise NotReadable(_line(node), f"not a template: a key is {what}")
        return str(node.value)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _size(value: object, known: dict[int, int]) -> int:
    """The number of nodes of the value with every alias written out."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = 1 + sum(_size(item, known) for item in (value.values() if isinstance(value, dict) else value))
    return known[id(value)]
