"""Says in plain findings what is wrong with a document by its JSON Schema. The only door to jsonschema.

The schema is the authority on shape, and it also carries the words: `errorMessage` beside a rule is the sentence that
people read, here and in editors, and `$comment` is the code of the finding where the rule has one of its own. What is
left for this module is to find the place, say what stands there instead, and guess what was meant. One problem gives
one finding: the first broken rule of a value is told, and a required key is not missed when a misspelt one stands
beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator

from smsops.diagnostics import Finding
from smsops.files.document import Document, Path, described, plain_path, quoted, written
from smsops.files.suggest import did_you_mean, near, near_direction, near_name, near_number, near_switch
from smsops.files.syntax import NO_BLANK
from smsops.files.verdict import Judge

_CODES = {"type": "SMS203", "enum": "SMS205", "minimum": "SMS208", "maximum": "SMS208"}
_CODES |= dict.fromkeys(("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"), "SMS210")
_TEXT = "SMS209"
_ONLY_OF_SIZE = frozenset({"SMS208", "SMS210"})
"""Codes that say too many or too few; a value of the wrong kind is SMS203 there."""
_OF_REQUIRED = frozenset({"SMS214", "SMS215", "SMS216"})
_MAX_GUESSES = 50


def worded(document: Document, judge: Judge) -> list[Finding]:
    """Everything in which the document's value differs from the judge's schema."""
    return list(_Translation(document).findings(list(_validator(judge).iter_errors(document.value))))


@lru_cache(maxsize=4)
def _validator(judge: Judge) -> Any:
    return Draft7Validator(judge.schema)


@dataclass(slots=True)
class _Translation:
    """What was said of one document so far."""

    document: Document
    told: set[Path] = field(default_factory=set)
    """Values that have their finding."""
    missed: set[Path] = field(default_factory=set)
    guessed: set[Path] = field(default_factory=set)
    """Keys that an unknown key beside them most likely stands for."""

    def findings(self, errors: list[Any]) -> Iterator[Finding]:
        for error in errors:
            if error.validator == "additionalProperties":
                yield from self._unknown(error)
        for error in errors:
            if error.validator == "required":
                yield from self._missing(error)
            elif error.validator != "additionalProperties":
                yield from self._wrong(error)

    def _unknown(self, error: Any) -> Iterator[Finding]:
        path, known = tuple(error.absolute_path), error.schema["properties"]
        unknown = [key for key in error.instance if key not in known]
        for number, key in enumerate(unknown):
            guess = near(key, (word for word in known if word not in error.instance)) if number < _MAX_GUESSES else ""
            self.guessed.add((*path, guess))
            where = f" under {plain_path(path)}" if path else ""
            hint = did_you_mean(guess) or f"Known keys: {', '.join(known)}."
            message = f"The key {quoted(key)} is unknown{where}."
            yield self.document.finding("SMS201", message, (*path, key), key=True, hint=hint)

    def _missing(self, error: Any) -> Iterator[Finding]:
        path, rule = tuple(error.absolute_path), error.schema
        code = rule.get("$comment") if rule.get("$comment") in _OF_REQUIRED else "SMS202"
        for key in error.validator_value:
            place = (*path, key)
            if key in error.instance or place in self.missed or place in self.guessed:
                continue
            self.missed.add(place)
            if code == "SMS216":
                yield self._required_by_direction(key, ("direction",), str(error.instance["direction"]))
            elif code == "SMS202":
                where = f" under {plain_path(path)}" if path else ""
                hint = f"Add {key}: and its value."
                yield self.document.finding(code, f"The key {key} is missing{where}.", path, key=bool(path), hint=hint)
            elif not any((*path, other) in self.guessed for other in _CREDENTIALS):
                yield self.document.finding(code, rule["errorMessage"], self._beside(code, path, error), key=True)

    def _beside(self, code: str, path: Path, error: Any) -> Path:
        """The key that asks for the missing one, where there is one."""
        present = [key for key in ("region", "edge", "api_key_sid", "api_key_secret") if key in error.instance]
        wanted = present[:1] if code == "SMS215" else [key for key in present if key.startswith("api_key")]
        return (*path, *wanted[:1])

    def _required_by_direction(self, key: str, where: Path, direction: str) -> Finding:
        message = f"{key} is required when the direction is {direction}."
        hint = f"Add {key}: with an https URL."
        if where == (key,):
            hint = f"Write an https URL; an empty {key} would clear it."
        return self.document.finding("SMS216", message, where, hint=hint)

    def _wrong(self, error: Any) -> Iterator[Finding]:
        path, rule, keyword = tuple(error.absolute_path), error.schema, error.validator
        if "propertyNames" in error.absolute_schema_path:
            message = f"{_stem(rule)}, not {described(error.instance)}."
            yield self.document.finding(_TEXT, message, (*path, error.instance), key=True)
        elif keyword == "not":
            yield self.document.finding("SMS214", rule["errorMessage"], (*path, "auth_token"), key=True)
        elif path not in self.told and (rule.get("format") != "uri" or keyword == "type"):
            self.told.add(path)
            yield self._wrong_value(error, path)

    def _wrong_value(self, error: Any, path: Path) -> Finding:
        rule, value = error.schema, error.instance
        code = rule.get("$comment") or _CODES.get(error.validator, _TEXT)
        if code in _ONLY_OF_SIZE and error.validator == "type":
            code = "SMS203"
        if code == "SMS216" and value is None:
            root: Any = self.document.value
            return self._required_by_direction(str(path[-1]), path, str(root["direction"]))
        if code == "SMS213" and error.validator == "type" and len(path) == 3 and isinstance(value, str | int | float):
            return self._literal(path)
        if code == "SMS213":
            return self.document.finding(code, rule["errorMessage"], path, key=len(path) == 3, hint=_REFERENCE_HINT)
        if code == "SMS217":
            return self.document.finding(code, rule["errorMessage"], path, hint="Remove it, or change the direction.")
        return self.document.finding(code, f"{_stem(rule)}{_instead(error)}.", path, hint=_hint(error, code))

    def _literal(self, path: Path) -> Finding:
        message = f"{path[-1]} must be a reference to the secret, not the secret itself."
        hint = f"Write {path[-1]}: {{env: NAME}}. If the secret was ever committed, replace it: git remembers it."
        return self.document.finding("SMS212", message, path, hint=hint)


_CREDENTIALS = ("auth_token", "api_key_sid", "api_key_secret")
_REFERENCE_HINT = "Write {env: NAME}, {file: PATH} or {command: [prog, arg]}."


def _stem(rule: Any) -> str:
    # Editors show `errorMessage` also for a key that is missing or unknown; where that needs another sentence, the one
    # about the value stands apart.
    words = rule.get("patternErrorMessage") or rule.get("errorMessage", "The value does not fit.")
    return str(words).removesuffix(".")


def _instead(error: Any) -> str:
    """What stands there, as the end of a sentence that says what must."""
    value = error.instance
    if value is None:
        return ", and it has no value"
    match error.validator:
        case "maxLength":
            return f", and it has {len(value):,} characters"
        case "minItems" | "maxItems" | "minProperties" | "maxProperties":
            return f", and it has {len(value):,}" if value else ", and it is empty"
        case "uniqueItems":
            twice = next((item for number, item in enumerate(value) if item in value[:number]), None)
            return f", and {described(twice)} is there twice"
        case _:
            return f", not {described(value)}"


def _hint(error: Any, code: str) -> str:
    rule, value, keyword = error.schema, error.instance, error.validator
    kinds = rule.get("type", ())
    if code == "SMS206":
        return _number_hint(value)
    if _lacks_blank(value):
        return NO_BLANK
    if not isinstance(value, str):
        scalar = isinstance(value, bool | int | float)
        return "Put the value in quotes." if keyword == "type" and scalar and "string" in kinds else _example(rule)
    if code == "SMS204":
        return did_you_mean(near_direction(value))
    if code == "SMS222":
        return did_you_mean(near(value, rule["enum"])) or "`smsops providers` lists them."
    if keyword == "enum":
        return did_you_mean(near(value, (word for word in rule["enum"] if isinstance(word, str))))
    if keyword == "type" and kinds in ("boolean", "integer"):
        unquoted = value.strip().lower() in ("true", "false") or value.strip().isdecimal()
        guess = near_switch(value) if kinds == "boolean" else ""
        return "Write it without quotes." if unquoted else did_you_mean(guess) or _example(rule)
    if tuple(error.absolute_path) == ("name",):
        return did_you_mean(near_name(value))
    return _example(rule)


def _lacks_blank(value: object) -> bool:
    """Whether a list was meant, and read as text or a mapping because no blank follows its dashes."""
    first = next(iter(value), "") if isinstance(value, dict) else value
    return isinstance(first, str) and len(first) > 1 and first[0] == "-" and not first[1].isdecimal()


def _number_hint(value: object) -> str:
    guess = near_number(str(value)) if isinstance(value, str | int) else ""
    return f'Did you mean "{guess}"?' if guess else 'Write it in quotes, for example "+12065550101".'


def _example(rule: Any) -> str:
    examples = rule.get("examples", ())
    return f"For example: {written(examples[0])}." if examples else ""
