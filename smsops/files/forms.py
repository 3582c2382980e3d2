"""What each provider asks of the files: which keys its channels and accounts have, and what its account is known by.

The published schemas hold the shared keys and Twilio's part. A further provider brings its own part, and `composed`
puts it beside them, so that choosing a provider decides which keys are required and which are allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsops.frozen import Frozen


class Part(Frozen):
    """What a provider adds to one schema and takes from it."""

    properties: Mapping[str, Any] = {}
    """Its own keys, as JSON Schema with title, description, examples and errorMessage."""
    required: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    """Published keys that it does not have."""


class Form(Frozen):
    """One provider, as the files see it. A part that is None stands in the published schema."""

    title: str
    """What people call it in a sentence."""
    channel: Part | None = None
    account: Part | None = None
    identity: str = "account_sid"
    """The key of an account that says which one it is."""
    secrets: tuple[str, ...] = ("auth_token", "api_key_secret")
    """Keys of an account that refer to a secret; the first that is there counts."""
    server: str = "api_base_url"
    """The key of an account that names its server."""
    warns_of_toll_free: bool = False
    """Whether it says that carriers may block a pool of several toll-free numbers."""


FORMS: dict[str, Form] = {"twilio": Form(title="Twilio", warns_of_toll_free=True)}
"""Every provider of `smsops.providers.PROVIDERS`, by the value of `provider:`."""


def composed(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """The published schema `channel` or `project` with the parts of all other providers; without any, as it is."""
    if name == "channel":
        return _joined(schema, {key: form.channel for key, form in FORMS.items() if form.channel})
    if name == "project":
        definitions = schema["definitions"]
        parts = {key: form.account for key, form in FORMS.items() if form.account}
        return {**schema, "definitions": {**definitions, "account": _joined(definitions["account"], parts)}}
    return schema


def _joined(node: dict[str, Any], parts: Mapping[str, Part]) -> dict[str, Any]:
    """A mapping whose `provider` may be one of the parts, too. Each provider knows its own keys and no other's."""
    if not parts:
        return node
    shared = node["properties"]
    known = {name: dict(shared) for name in shared["provider"]["enum"]}
    known |= {
        name: {key: rule for key, rule in shared.items() if key not in part.without} | dict(part.properties)
        for name, part in parts.items()
    }
    choices = " or ".join(known)
    provider = {**shared["provider"], "enum": list(known), "errorMessage": f"provider must be {choices}."}
    every = {key: rule for keys in known.values() for key, rule in keys.items()}
    # Keys of a provider's own are checked under its name only: another one may give the same key another meaning.
    branches = [_when(name, _only(keys)) for name, keys in known.items()]
    branches += [
        _when(name, {"required": list(part.required), "properties": dict(part.properties)})
        for name, part in parts.items()
    ]
    branches.append({"if": _chosen(list(known)), "else": _only(every)})
    own = [{key: node[key] for key in ("if", "then") if key in node}]
    kept = {key: rule for key, rule in node.items() if key not in ("additionalProperties", "if", "then")}
    return {
        **kept,
        "properties": {**shared, "provider": provider},
        "allOf": [*(one for one in own if one), *node.get("allOf", ()), *branches],
    }


def _chosen(names: list[str]) -> dict[str, Any]:
    return {"required": ["provider"], "properties": {"provider": {"enum": names}}}


def _when(name: str, then: dict[str, Any]) -> dict[str, Any]:
    return {"if": _chosen([name]), "then": then}


def _only(keys: Mapping[str, Any]) -> dict[str, Any]:
    """No key but these; what each must be is said elsewhere."""
    return {"properties": dict.fromkeys(keys, True), "additionalProperties": False}
