"""The form of a channel: which places are still to be filled in, in which order, and the file that the answers make.

What is asked follows from the schema alone, with the answers so far: the provider and the direction decide what is
required. Two keys that may be left out are asked all the same, where they mean something.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from smsops.files.document import Path, written
from smsops.files.keys import Key, key_at, keys_of, missing_keys
from smsops.files.load import findings_alone
from smsops.files.outline import rank
from smsops.files.yamlfile import read_yaml
from smsops.frozen import replace

OPTIONAL = ("messaging_service_sid", "fallback_url")
"""Asked although they may be left out."""
_OWNER = "owner"
_WIDTH = 100
_HEAD = "Fill in what is empty; smsops validate shows each place. What begins with # may stay out."

Answers = Mapping[str, Any]


def open_keys(answers: Answers, *, needs_owner: bool) -> tuple[str, ...]:
    """The keys that are not answered yet and are to be asked, in the canonical order."""
    required = missing_keys(answers)
    owner = [_OWNER] if needs_owner and _OWNER not in answers else []
    may = [key for key in OPTIONAL if key not in answers and key not in required and _means_something(answers, key)]
    return tuple(sorted(dict.fromkeys((*required, *owner, *may)), key=lambda key: rank(key, ())))


def is_optional(answers: Answers, key: str, *, needs_owner: bool) -> bool:
    return key not in missing_keys(answers) and not (needs_owner and key == _OWNER)


def _means_something(answers: Answers, key: str) -> bool:
    """Whether an example of it would raise nothing: neither that it is not allowed nor that it is not used."""
    examples = key_at(answers, (key,)).examples
    if not examples:
        return False
    document, _ = read_yaml(channel_text({**answers, key: examples[0]}).encode(), "")
    places = {document.place((key,)), document.place((key,), key=True)}
    found = {(finding.location.line, finding.location.column) for finding in findings_alone(document)}
    return not any(place[:2] in found for place in places)


def channel_text(answers: Answers, *, schema: str = "") -> str:
    """A channel file in the canonical layout; `schema` is the schema's path from it, for editors."""
    return _modeline(schema) + "".join(_entry(key, answers[key]) for key in _ordered(answers))


def skeleton_text(
    answers: Answers, *, needs_owner: bool, schema: str = "", choices: Mapping[str, tuple[str, ...]] | None = None
) -> str:
    """The same with every place that is to be filled in: empty, below a comment that says what belongs there.

    `choices` are those that a project has for a key, such as its accounts.
    """
    blanks = {key: _blank(answers, key) for key in open_keys(answers, needs_owner=needs_owner)}
    required = {key: blank for key, blank in blanks.items() if not is_optional(answers, key, needs_owner=needs_owner)}
    later = {key: None for choice in _choices(answers, required) for key in missing_keys(choice)}
    known = {**later, **blanks, **answers}
    lines = [_modeline(schema), f"# {_HEAD}\n"]
    was_said = False
    for key in _ordered(known):
        if key not in answers or not was_said:
            lines.append("\n")
        was_said = key in answers
        if was_said:
            lines.append(_entry(key, answers[key]))
            continue
        about = key_at({**answers, **required}, (key,))
        lines.append(_remark(replace(about, choices=(choices or {}).get(key) or about.choices)))
        if key not in OPTIONAL and (key in required or "null" in about.types):
            lines.append(_entry(key, known[key]))
        else:
            lines.append(textwrap.indent(_entry(key, about.examples[0] if about.examples else None), "# "))
    return "".join(lines)


def _choices(answers: Answers, blanks: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The answers with each choice for a place that is still empty: one of them may require more."""
    filled = {**answers, **blanks}
    for key in blanks:
        yield from ({**filled, key: choice} for choice in key_at(answers, (key,)).choices)


def _blank(answers: Answers, key: str) -> Any:
    """A value to be filled in: nothing, a list of nothing, or the keys that a mapping must have."""
    types = key_at(answers, (key,)).types
    if "array" in types:
        return [None]
    return dict.fromkeys(inner_keys(answers, key)) if "object" in types else None


def inner_keys(answers: Answers, key: str) -> tuple[str, ...]:
    """The keys that a mapping below a key must have."""
    return missing_keys({**answers, key: {}}, (key,))


def takes_label(answers: Answers, path: Path) -> bool:
    """Whether an item of a list can be a mapping with a label."""
    return "object" in key_at(answers, path).types and "label" in keys_of(answers, path)


def _remark(key: Key) -> str:
    examples = "" if key.choices else f" For example: {written(key.examples[0])}" if key.examples else ""
    choices = f" One of: {', '.join(key.choices)}." if key.choices else ""
    text = f"{key.title}. {' '.join(key.about)}{choices}{examples}"
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _modeline(schema: str) -> str:
    return f"# yaml-language-server: $schema={schema}\n" if schema else ""


def _ordered(keys: Mapping[str, Any]) -> list[str]:
    return sorted(keys, key=lambda key: rank(key, ()))


def _entry(key: str, value: Any, pad: str = "") -> str:
    """A key with its value, on as many lines as it takes."""
    if isinstance(value, Mapping):
        return f"{pad}{key}:\n" + "".join(_entry(name, held, f"{pad}  ") for name, held in value.items())
    if isinstance(value, list):
        return f"{pad}{key}:\n" + "".join(f"{pad}  -{_item(item, pad)}" for item in value)
    return f"{pad}{key}:\n" if value is None else f"{pad}{key}: {written(value)}\n"


def _item(item: Any, pad: str) -> str:
    if isinstance(item, Mapping):
        return " " + "".join(_entry(name, held, f"{pad}    ") for name, held in item.items()).lstrip(" ")
    return "\n" if item is None else f" {written(item)}\n"
