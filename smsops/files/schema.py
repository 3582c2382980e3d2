"""Checks a document against its JSON Schema, the authority on shape.

Whether anything is wrong is asked of `verdict` first; `words` says what, and is imported for a file in which something
is.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

from smsops.diagnostics import Finding
from smsops.files.document import Document
from smsops.files.forms import FORMS, composed
from smsops.files.verdict import Judge, verdict_on

SCHEMAS = ("channel", "project", "plan", "record", "check")


def schema_text(name: str) -> str:
    """The schema as it ships, with the parts of providers that it does not hold."""
    text = _published(name)
    schema = json.loads(text)
    whole = composed(schema, name)
    return text if whole == schema else json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _published(name: str) -> str:
    """Inside the wheel, or beside the package in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = os.path.join(package, "schemas")
    if not os.path.isdir(folder):
        folder = os.path.join(os.path.dirname(package), "schemas")
    with open(os.path.join(folder, f"{name}.schema.json"), encoding="utf-8") as file:
        return file.read()


def schema_findings(document: Document, name: str) -> list[Finding]:
    """Everything in which the document's value differs from the schema `name`."""
    judge = _judge(name)
    if judge.is_valid(document.value):
        return []
    from smsops.files.words import worded  # only here: it takes longer than everything else together

    return worded(document, judge)


def known_providers() -> frozenset[str]:
    """The providers that a channel may name."""
    return frozenset(FORMS)


def rules_that_hold(value: object, name: str) -> list[Any]:
    """The schema `name`, and those of its branches whose condition the value meets; the schema itself comes first."""
    holds: list[Any] = []
    waiting = [_judge(name).schema]
    while waiting:
        node = waiting.pop(0)
        holds.append(node)
        waiting += node.get("allOf", ())
        if "if" in node:
            waiting.append(node.get("then" if verdict_on(node["if"])(value) else "else", {}))
    return holds


def _judge(name: str) -> Judge:
    return _judge_for(name, frozenset(FORMS))


@lru_cache(maxsize=4)
def _judge_for(name: str, _providers: frozenset[str]) -> Judge:
    schema = composed(json.loads(_published(name)), name)
    return Judge(_prepared(schema, schema["definitions"]))


def _prepared(node: Any, definitions: Any) -> Any:
    """The schema with references put in place, and with patterns that end where the text ends.

    Looking a reference up costs more than everything else a rule does, and the schemas have no recursion. `$` also
    matches before a last line break in Python, and not in the language that JSON Schema means.
    """
    if isinstance(node, list):
        return [_prepared(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _prepared(definitions[node["$ref"].removeprefix("#/definitions/")], definitions)
    prepared = {key: _prepared(value, definitions) for key, value in node.items() if key != "definitions"}
    if isinstance(pattern := prepared.get("pattern"), str) and pattern.endswith("$"):
        prepared["pattern"] = pattern.removesuffix("$") + r"\Z"
    return prepared
