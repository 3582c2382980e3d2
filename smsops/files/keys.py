"""What the schema says of one key of a channel file: what may stand there, what it is for, whether it must be there.

All of it depends on the rest of the file, since the provider and the direction decide what is required. So every
question is asked with the value as it is so far, and nothing here names a provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from smsops.errors import UsageError
from smsops.files.document import Path, quoted
from smsops.files.outline import rank
from smsops.files.schema import rules_that_hold
from smsops.files.suggest import did_you_mean, near
from smsops.frozen import Frozen

CHANNEL = "channel"
Scalar = str | int | float | bool | None
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_CLEARED = "null"


class Key(Frozen):
    """What the schema says of one place of a file."""

    path: Path
    title: str
    about: tuple[str, ...]
    """Sentences: the general ones first, then those of the provider and the direction."""
    examples: tuple[Any, ...]
    choices: tuple[str, ...]
    """The texts that may stand there; empty where anything of the right form may."""
    types: frozenset[str]


def key_at(value: object, path: Path, schema: str = CHANNEL) -> Key:
    """What the schema says of a place, with the rest of the file as it is."""
    nodes = _nodes(value, path, schema)
    last = {name: node[name] for node in nodes for name in ("type", "enum", "examples") if name in node}
    types = last.get("type", ())
    told = [str(node["description"]) for node in nodes if "description" in node]
    return Key(
        path=path,
        title=next((str(node["title"]) for node in nodes if "title" in node), str(path[-1])),
        about=tuple(dict.fromkeys(told)),
        examples=tuple(last.get("examples", ())),
        choices=tuple(choice for choice in last.get("enum", ()) if isinstance(choice, str)),
        types=frozenset([types] if isinstance(types, str) else types),
    )


def missing_keys(value: Mapping[str, object], path: Path = ()) -> tuple[str, ...]:
    """The keys that must stand in a mapping of the file and do not, in the canonical order."""
    inside: Any = value
    for part in path:
        inside = inside.get(part, {})
    required = [key for node in _nodes(value, path, CHANNEL) for key in node.get("required", ())]
    return _ordered([key for key in dict.fromkeys(required) if key not in inside], path)


def keys_of(value: object, path: Path = ()) -> tuple[str, ...]:
    """The names of the keys that a mapping of the file may have, in the canonical order."""
    nodes = _nodes(value, path, CHANNEL)
    return _ordered(list(dict.fromkeys(name for node in nodes for name in node.get("properties", ()))), path)


def path_of(word: str, value: Mapping[str, Any]) -> Path:
    """The place that a word such as `messaging.use_case` or `phone_numbers.+12065550101.label` names.

    Raises UsageError for a key that the schema does not know, and for one that holds more than one value.
    """
    path: Path = ()
    rest = word
    inside: Any = value
    while rest:
        named = keys_of(value, path)
        if isinstance(inside, list):
            number, _, rest = rest.partition(".")
            part: str | int = _index(number, inside, word)
        elif any("additionalProperties" in node and _is_free(node) for node in _nodes(value, path, CHANNEL)):
            part, rest = rest, ""
        else:
            part, _, rest = rest.partition(".")
            if part not in named:
                hint = did_you_mean(near(part, named)) or (f"Known keys: {', '.join(named)}." if named else "")
                raise UsageError(f"There is no key {quoted(word)}: {quoted(part)} is unknown.", hint=hint)
        path = (*path, part)
        inside = _child(inside, part)
    _require_scalar(word, value, path)
    return path


def value_of(text: str, key: Key) -> Scalar:
    """What a text that was typed stands for: text, unless the schema has a number or a switch there; `null` clears."""
    if text == _CLEARED:
        return None
    if "boolean" in key.types and text in ("true", "false"):
        return text == "true"
    if key.types & {"integer", "number"} and _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if "number" in key.types and _DECIMAL.fullmatch(text) else text


def _nodes(value: object, path: Path, schema: str) -> list[Any]:
    """The parts of the schema that speak of a place, the general one first."""
    nodes = rules_that_hold(value, schema)
    for part in path:
        nodes = [inner for node in nodes if isinstance(inner := _inner(node, part), dict)]
    return nodes


def _inner(node: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return node.get("items")
    return node.get("properties", {}).get(part, node.get("additionalProperties"))


def _is_free(node: Any) -> bool:
    """Whether the names of its keys are up to people."""
    return isinstance(node["additionalProperties"], dict) and "properties" not in node


def _ordered(keys: list[str], path: Path) -> tuple[str, ...]:
    return tuple(sorted(keys, key=lambda key: rank(key, path)))


def _index(number: str, entries: Sequence[object], word: str) -> int:
    numbers = [entry.get("number") if isinstance(entry, dict) else entry for entry in entries]
    if number not in numbers:
        hint = "Name one of the channel's numbers, as in phone_numbers.+12065550101.label."
        raise UsageError(f"{quoted(word)} names nothing: {quoted(number)} is not in that list.", hint=hint)
    return numbers.index(number)


def _child(inside: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return inside[part]
    return inside.get(part) if isinstance(inside, dict) else None


def _require_scalar(word: str, value: Mapping[str, Any], path: Path) -> None:
    """Raises UsageError for a place with a list or with keys of its own: those are edited in the file."""
    types = key_at(value, path).types if path else frozenset({"object"})
    inner = [f"{word}.{key}" if word else key for key in keys_of(value, path)]
    if "array" in types:
        hint = f"Edit the file; {word}.NUMBER.label names one place." if word == "phone_numbers" else "Edit the file."
        raise UsageError(f"{quoted(word)} holds a list, and one value is set at a time.", hint=hint)
    if "object" in types:
        hint = f"Name one of them: {', '.join(inner)}." if inner else "Name one of them."
        raise UsageError(f"{quoted(word)} holds keys of its own.", hint=hint)
