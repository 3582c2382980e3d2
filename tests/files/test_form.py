"""What the form asks follows from the schema: a provider with other required keys is asked for those."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from smsops.files import schema
from smsops.files.form import channel_text, open_keys, skeleton_text
from smsops.files.keys import key_at, missing_keys, value_of

TWILIO = {"name": "a", "provider": "twilio", "account": "us"}
SHARED = ("direction", "messaging_service_sid", "phone_numbers")


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A schema with a second provider, which wants an application and its limits, and knows no messaging service."""
    changed: dict[str, Any] = json.loads(schema.schema_text("channel"))
    changed["properties"]["provider"]["enum"].append("toy")
    changed["properties"]["application"] = {"title": "Application", "description": "Whose.", "type": "string"}
    limits = {"size": {"title": "Size", "type": "integer"}, "strict": {"title": "Strict", "type": "boolean"}}
    changed["properties"]["limits"] = {"title": "Limits", "type": "object", "properties": limits, "required": [*limits]}
    none = {"messaging_service_sid": {"type": "null", "errorMessage": "toy has no messaging service."}}
    only = {"required": ["application", "limits"], "properties": none}
    changed["allOf"].append({"if": {"properties": {"provider": {"const": "toy"}}}, "then": only})
    text = json.dumps(changed)
    monkeypatch.setattr(schema, "schema_text", lambda _: text)
    monkeypatch.setattr(schema, "_published", lambda _: text)
    schema._judge_for.cache_clear()
    yield
    schema._judge_for.cache_clear()


@pytest.mark.parametrize(
    ("answers", "keys"),
    [
        ({"name": "a"}, ("provider", *SHARED)),
        ({"name": "a", "provider": "twilio"}, ("provider", "account", *SHARED)[1:]),
        ({**TWILIO, "direction": "outbound"}, ("messaging_service_sid", "status_callback_url", "phone_numbers")),
        (
            {**TWILIO, "direction": "inbound", "messaging_service_sid": "MG" + "0" * 32},
            ("webhook_url", "fallback_url", "phone_numbers"),
        ),
    ],
)
def test_provider_and_direction_decide_what_is_asked(answers: dict[str, Any], keys: tuple[str, ...]) -> None:
    asked = [key for key in open_keys(answers, needs_owner=False) if key != "fallback_url" or "fallback_url" in keys]
    assert tuple(asked) == keys
    assert open_keys(answers, needs_owner=True)[-1] == "owner"


@pytest.mark.usefixtures("toy")
def test_another_provider_is_asked_for_its_own_keys_and_not_for_those_of_twilio() -> None:
    answers = {"name": "a", "provider": "toy", "direction": "outbound", "status_callback_url": "https://a.example.com"}
    assert open_keys(answers, needs_owner=False) == ("phone_numbers", "application", "limits")
    assert missing_keys({**answers, "limits": {"size": 1}}, ("limits",)) == ("strict",)
    assert value_of("7", key_at(answers, ("limits", "size"))) == 7
    assert value_of("true", key_at(answers, ("limits", "strict"))) is True
    assert skeleton_text(answers, needs_owner=False).endswith(
        "\n# Application. Whose.\napplication:\n\n# Limits.\nlimits:\n  size:\n  strict:\n"
    )
    assert key_at(answers, ("provider",)).choices == ("twilio", "toy")


def test_a_skeleton_without_a_provider_has_the_places_of_every_one() -> None:
    text = skeleton_text({"name": "a"}, needs_owner=False)
    assert "\nprovider:\n" in text
    assert "\n# account: clinic\n" in text
    assert "\nphone_numbers:\n  -\n" in text


def test_every_text_is_read_back_as_it_was_answered() -> None:
    from smsops.files.yamlfile import read_yaml

    for text in ("a: b", "NO", "#", "12", "é 🙂", 'say "hi"', "{a}", "null", "https://a.example.com/?b#c", "\\"):
        answers = {"name": "a", "description": text, "tags": {"k": text}, "phone_numbers": [text, {"number": text}]}
        assert read_yaml(channel_text(answers).encode(), "a.yaml")[0].value == answers
