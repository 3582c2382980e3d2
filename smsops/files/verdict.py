"""Whether a value meets a schema: yes or no, and no words.

Nearly every file is valid, and `jsonschema` takes longer to say so than everything else together: its import alone is
longer than the check of one file may be. So a schema is made into functions here, once, for the keywords that the
schemas of smsops use; any other is refused while it is made. Where `jsonschema-rs` is installed (`smsops[fast]`), it
judges when there are many. What is not valid is handed to `jsonschema`, which has the last word on it, and all the
words. Tests hold the three against each other.

Values come from `yamlfile`: text, whole and other numbers, switches, None, lists, and mappings with text as keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Verdict = Callable[[Any], bool]

_NOTHING = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "null": (_NOTHING,),
    "array": (list,),
    "object": (dict,),
}
_EVERY = (str, int, float, bool, _NOTHING, list, dict)
_WORDS = frozenset(
    (
        *("$schema", "$id", "$comment", "title", "description", "examples", "default", "format", "definitions"),
        *("errorMessage", "patternErrorMessage", "defaultSnippets"),
    )
)
"""What decides nothing. The formats of the published schemas are for editors; `urls` judges URLs."""

_FEW = 200
"""Values after which the import of jsonschema-rs begins to pay."""


class Judge:
    """One schema, asked about many values."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._verdict = verdict_on(schema)
        self._asked = 0
        self.is_fast = False
        """Whether jsonschema-rs judges by now."""

    def is_valid(self, value: Any) -> bool:
        self._asked += 1
        if self._asked == _FEW:
            fast = fast_verdict_on(self.schema)
            self.is_fast, self._verdict = fast is not None, fast or self._verdict
        return self._verdict(value)


def fast_verdict_on(schema: Any) -> Verdict | None:
    """The verdict of jsonschema-rs; None where it is not installed."""
    try:
        from jsonschema_rs import Draft7Validator
    except ImportError:
        return None
    is_valid = Draft7Validator(_for_rust(schema), validate_formats=False).is_valid

    def judge(value: Any) -> bool:
        try:
            return bool(is_valid(value))
        except ValueError:
            return False  # such as a number of more digits than it can hold: jsonschema decides

    return judge


def _for_rust(node: Any) -> Any:
    """Patterns end with `$` in the language that JSON Schema means: there it is the end of the text alone."""
    if isinstance(node, list):
        return [_for_rust(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: _for_rust(item) for key, item in node.items()}
    if isinstance(pattern := changed.get("pattern"), str):
        changed["pattern"] = pattern.replace(r"\Z", "$")
    return changed


def verdict_on(schema: Any) -> Verdict:
    """What judges values by a schema whose references are in place. Raises ValueError for an unknown keyword."""
    if isinstance(schema, bool):
        return lambda _: schema
    unknown = schema.keys() - _WORDS - _MADE.keys() - {"type", "then", "else"}
    if unknown:
        raise ValueError(f"no verdict on {', '.join(sorted(unknown))}")
    allowed = schema.get("type", ())
    names = (allowed,) if isinstance(allowed, str) else allowed
    kinds = [kind for name in names for kind in _TYPES[name]] or _EVERY
    by_kind: dict[type, list[Verdict]] = {kind: [] for kind in kinds}
    if "integer" in names and "number" not in names:
        by_kind[float].append(float.is_integer)
    for keyword, (of, make) in _MADE.items():
        if keyword in schema and not (keyword == "additionalProperties" and "properties" in schema):
            check = make(schema)
            for kind in by_kind:
                if kind in of:
                    by_kind[kind].append(check)
    return _judged(by_kind)


def _judged(by_kind: Mapping[type, list[Verdict]]) -> Verdict:
    checks_of = {kind: tuple(checks) for kind, checks in by_kind.items()}.get

    def judge(value: Any) -> bool:
        checks = checks_of(type(value))
        if checks is None:
            return False
        for check in checks:  # noqa: SIM110  # a call for every value of every file
            if not check(value):
                return False
        return True

    return judge


def _pattern(schema: Any) -> Verdict:
    search: Any = None

    def matches(value: str) -> bool:
        nonlocal search
        if search is None:
            search = re.compile(schema["pattern"]).search  # only here: most patterns are of keys that no file has
        return search(value) is not None

    return matches


def _one_of(choices: list[Any]) -> Verdict:
    known = frozenset(choices)
    if any(isinstance(choice, bool | float) for choice in choices):
        raise ValueError("no verdict on a choice that is a switch or a fraction")
    # True equals 1 in Python, and is no number in JSON.
    return lambda value: type(value) not in (bool, list, dict) and value in known


def _properties(schema: Any) -> Verdict:
    verdicts = {key: verdict_on(rule) for key, rule in schema.get("properties", {}).items()}
    other = verdict_on(schema.get("additionalProperties", True))
    is_open = schema.get("additionalProperties", True) is True
    verdict_of = verdicts.get

    def judge(value: dict[str, Any]) -> bool:
        for key, item in value.items():
            verdict = verdict_of(key)
            if verdict is None:
                if not is_open and not other(item):
                    return False
            elif not verdict(item):
                return False
        return True

    def judge_few(value: dict[str, Any]) -> bool:
        return all(verdict(value[key]) for key, verdict in verdicts.items() if key in value)

    return judge_few if is_open and len(verdicts) < 3 else judge


def _every(schema: Any, keyword: str) -> Verdict:
    verdict = verdict_on(schema[keyword])

    def judge(value: Any) -> bool:
        for item in value:  # noqa: SIM110  # as above
            if not verdict(item):
                return False
        return True

    return judge


def _required(schema: Any) -> Verdict:
    keys = frozenset(schema["required"])
    return lambda value: keys <= value.keys()


def _branch(schema: Any) -> Verdict:
    condition, then, other = (verdict_on(schema.get(key, True)) for key in ("if", "then", "else"))
    return lambda value: then(value) if condition(value) else other(value)


def _all_of(schema: Any) -> Verdict:
    verdicts = [verdict_on(rule) for rule in schema["allOf"]]
    return lambda value: all(verdict(value) for verdict in verdicts)


def _any_of(schema: Any) -> Verdict:
    verdicts = [verdict_on(rule) for rule in schema["anyOf"]]
    return lambda value: any(verdict(value) for verdict in verdicts)


def _not(schema: Any) -> Verdict:
    verdict = verdict_on(schema["not"])
    return lambda value: not verdict(value)


def _different(schema: Any) -> Verdict:
    if schema["uniqueItems"] is not True or schema.get("items", {}).get("type") != "string":
        raise ValueError("no verdict on uniqueItems of anything but texts")
    return lambda value: any(type(item) is not str for item in value) or len(set(value)) == len(value)


def _at_least(keyword: str, of_size: bool) -> Callable[[Any], Verdict]:
    def make(schema: Any) -> Verdict:
        least = schema[keyword]
        return (lambda value: len(value) >= least) if of_size else (lambda value: value >= least)

    return make


def _at_most(keyword: str, of_size: bool) -> Callable[[Any], Verdict]:
    def make(schema: Any) -> Verdict:
        most = schema[keyword]
        return (lambda value: len(value) <= most) if of_size else (lambda value: value <= most)

    return make


_MADE: dict[str, tuple[tuple[type, ...], Callable[[Any], Verdict]]] = {
    "enum": (_EVERY, lambda schema: _one_of(schema["enum"])),
    "const": (_EVERY, lambda schema: _one_of([schema["const"]])),
    "minLength": ((str,), _at_least("minLength", of_size=True)),
    "maxLength": ((str,), _at_most("maxLength", of_size=True)),
    "pattern": ((str,), _pattern),
    "minimum": ((int, float), _at_least("minimum", of_size=False)),
    "maximum": ((int, float), _at_most("maximum", of_size=False)),
    "minItems": ((list,), _at_least("minItems", of_size=True)),
    "maxItems": ((list,), _at_most("maxItems", of_size=True)),
    "uniqueItems": ((list,), _different),
    "items": ((list,), lambda schema: _every(schema, "items")),
    "minProperties": ((dict,), _at_least("minProperties", of_size=True)),
    "maxProperties": ((dict,), _at_most("maxProperties", of_size=True)),
    "required": ((dict,), _required),
    "propertyNames": ((dict,), lambda schema: _every(schema, "propertyNames")),
    "properties": ((dict,), _properties),
    "additionalProperties": ((dict,), _properties),
    "allOf": (_EVERY, _all_of),
    "anyOf": (_EVERY, _any_of),
    "not": (_EVERY, _not),
    "if": (_EVERY, _branch),
}
"""By keyword: the kinds of values that it speaks of, and what makes its verdict."""
