"""The schemas themselves, and what one finding says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from smsops.codes import CODES
from smsops.diagnostics import Finding
from smsops.files.document import Document, described, written
from smsops.files.schema import schema_findings, schema_text
from smsops.files.suggest import near_direction, near_name, near_number
from smsops.files.yamlfile import read_yaml
from smsops.model import MESSAGING_FIELDS, Direction

MINE = ("channel", "project")


def nodes(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property, item and definition of a schema."""
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from nodes(item, f"{path}/{number}")
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("properties", "definitions") and not path.endswith("/if"):
                for name, node in value.items():
                    yield f"{path}/{key}/{name}", node
            if key not in ("if", "examples"):
                yield from nodes(value, f"{path}/{key}")


@pytest.mark.parametrize("name", MINE)
def test_a_schema_is_valid_draft_07_without_one_of(name: str):
    schema = json.loads(schema_text(name))
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "oneOf" not in schema_text(name)


@pytest.mark.parametrize("name", MINE)
def test_every_property_has_words_for_people(name: str):
    found = list(nodes(json.loads(schema_text(name))))
    assert len(found) > 20
    for path, node in found:
        if "$ref" in node:
            continue
        missing = {"title", "description", "examples", "errorMessage"} - set(node)
        assert not missing, (path, missing)
        assert node["errorMessage"].endswith("."), path


@pytest.mark.parametrize("name", MINE)
def test_the_examples_of_a_property_are_valid(name: str):
    schema = json.loads(schema_text(name))
    for path, node in nodes(schema):
        if "$ref" not in node:
            rule = {**{key: value for key, value in node.items() if key != "if"}, "definitions": schema["definitions"]}
            for example in node["examples"]:
                assert Draft7Validator(rule).is_valid(example), (path, example)


@pytest.mark.parametrize("name", MINE)
def test_a_code_beside_a_rule_is_in_the_registry(name: str):
    assert {node["$comment"] for _, node in nodes(json.loads(schema_text(name))) if "$comment" in node} <= set(CODES)


def test_the_schema_and_the_model_know_the_same_words():
    schema = json.loads(schema_text("channel"))
    assert set(schema["properties"]["direction"]["enum"]) == set(Direction)
    assert tuple(schema["definitions"]["twilio_messaging"]["properties"]) == MESSAGING_FIELDS


def findings(text: str) -> list[Finding]:
    document, (*found,) = read_yaml(text.encode(), "a.yaml")
    assert not found
    return schema_findings(document, "channel")


BASE = "name: a\nprovider: twilio\naccount: us\nphone_numbers: ['+12065550101']\nstatus_callback_url: https://x.example.com\n"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("direction: both", "Did you mean inbound-and-outbound?"),
        ("direction: outbond", "Did you mean outbound?"),
        ("direction: 'yes: of course'", ""),
        ("direction: outbound\nwebhook_metod: POST", "Did you mean webhook_method?"),
        ("direction: outbound\nFriendly-Name: x", "Did you mean friendly_name?"),
        ("direction: outbound\nfriendly_name: 7", "Put the value in quotes."),
        ("direction: outbound\nenabled: 'false'", "Write it without quotes."),
        ("direction: outbound\nmessaging: {use_case: markting}", "Did you mean marketing?"),
        ("direction: outbound\nenabled: yes", "Did you mean true?"),
        ("direction: outbound\nenabled: off", "Did you mean false?"),
        ("direction: outbound\nmessaging: {sticky_sender: NO}", "Did you mean false?"),
        ("direction: outbound\nenabled: perhaps", "For example: true."),
        (
            "direction: outbound\nowner: []",
            'For example: {team: patient-comms, email: "patient-comms@example.com", cost_center: LD-2104}.',
        ),
    ],
)
def test_a_near_miss_gets_the_right_word(line: str, hint: str):
    (finding,) = findings(f"{BASE}{line}\n")
    assert finding.hint == hint


PLACE = BASE.replace("phone_numbers: ['+12065550101']\n", "") + "direction: outbound\n"


@pytest.mark.parametrize(
    "numbers",
    [
        '  -"+12065550101"\n  -"+12065550102"',
        "  -+12065550101",
        '  -number: "+12065550101"',
        '  -number: "+12065550101"\n  -number: "+12065550102"',
        '  - "+12065550101"\n  -"+12065550102"',
        '  - "+12065550101"\n  -{number: "+12065550102", label: Desk}',
        '  -{number: "+12065550101", label: Desk}',
    ],
)
def test_a_dash_without_a_blank_is_told_whatever_it_reads_as(numbers: str):
    document, found = read_yaml(f"{PLACE}phone_numbers:\n{numbers}\n".encode(), "channels/a.yaml")
    hints = [finding.hint for finding in (found or schema_findings(document, "channel"))]
    assert hints == ["Write a blank after each dash."]


@pytest.mark.parametrize("value", ["x", "-5", "{number: x}", "'-7'"])
def test_another_value_than_a_list_gets_an_example_as_yaml(value: str):
    (finding,) = findings(f"{PLACE}phone_numbers: {value}\n")
    assert finding.hint == 'For example: ["+12065550101", {number: "+12065550102", label: Fremont clinic}].'


def test_a_provider_that_nobody_knows_is_told_where_they_are_listed():
    (finding,) = findings(f"{BASE}direction: outbound\n".replace("provider: twilio", "provider: vonage"))
    assert finding.hint == "`smsops providers` lists them."
    (finding,) = findings(f"{BASE}direction: outbound\n".replace("provider: twilio", "provider: Twillio"))
    assert finding.hint == "Did you mean twilio?"


@pytest.mark.parametrize("name", ["channel", "project"])
def test_an_example_is_written_as_yaml_that_every_reader_reads_alike(name: str):
    schema = json.loads(schema_text(name))
    examples = [example for _, node in nodes(schema) for example in node.get("examples", ())]
    assert len(examples) > 20
    for example in examples:
        text = f"a: {written(example)}\n"
        document, found = read_yaml(text.encode(), "a.yaml")
        assert (document.value, found) == ({"a": example}, ())
        assert yaml.safe_load(text) == {"a": example}


def test_a_required_url_is_told_with_the_direction():
    (finding,) = findings(f"{BASE}direction: inbound-and-outbound\n")
    assert finding.message == "webhook_url is required when the direction is inbound-and-outbound."


def test_a_misspelt_required_key_is_one_problem():
    (finding,) = findings(f"{BASE}direction: inbound-and-outbound\nwebhok_url: https://x.example.com\n")
    assert (finding.code, finding.hint) == ("SMS201", "Did you mean webhook_url?")


def test_a_wrong_direction_or_provider_is_one_problem():
    assert [finding.code for finding in findings(f"{BASE}direction: both\n")] == ["SMS204"]
    text = BASE.replace("provider: twilio", "provider: vonage").replace("account: us\n", "")
    assert [finding.code for finding in findings(f"{text}direction: outbound\n")] == ["SMS222"]


def test_a_pool_over_the_limit_names_both_numbers():
    numbers = ", ".join(f"'+1206555{number:04}'" for number in range(401))
    (finding,) = findings(f"{BASE}direction: outbound\n".replace("'+12065550101'", numbers))
    assert finding.code == "SMS210"
    assert finding.message == "phone_numbers must be a list of 1 to 400 numbers, and it has 401."


def test_ten_thousand_unknown_keys_are_told_without_ten_thousand_guesses():
    text = BASE + "direction: outbound\n" + "".join(f"webhook_urk{number}: x\n" for number in range(10_000))
    found = findings(text)
    assert len(found) == 10_000
    assert len([finding for finding in found if finding.hint.startswith("Did you mean")]) <= 50


@pytest.mark.parametrize("value", [None, 1, True, "x", [], {}, 1.5, [None], {"a": {}}])
@pytest.mark.parametrize("key", sorted(json.loads(schema_text("channel"))["properties"]))
def test_any_kind_of_value_under_any_key_gives_findings_and_no_error(key: str, value: object):
    text = json.dumps({"name": "a", key: value})
    document, _ = read_yaml(text.encode(), "a.yaml")
    for finding in schema_findings(document, "channel"):
        assert finding.message.endswith(".")
        assert finding.code in CODES


@pytest.mark.parametrize(
    "value", [None, 1, True, "x", [], {}, 1.5, [None], {"a": {}}, {"a": []}, {"env": 1}, {"env": []}]
)
@pytest.mark.parametrize(
    "path", ["{}", "accounts: {}", "accounts: {{a: {}}}", "accounts: {{a: {{auth_token: {}}}}}", "policy: {}"]
)
def test_any_kind_of_value_in_the_project_gives_findings_and_no_error(path: str, value: object):
    text = path.format(json.dumps(value))
    document, _ = read_yaml(text.encode(), "smsops.yaml")
    if document.value is not None:
        assert schema_findings(document, "project")


def test_a_document_without_positions_is_told_at_its_start():
    (first, *_) = schema_findings(Document(path="a.yaml", value={"x": 1}), "channel")
    assert (first.location.line, first.excerpt) == (1, None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+1 (206) 555-0101", "+12065550101"),
        ("0044 7700 900160", "+447700900160"),
        ("12065550101", "+12065550101"),
        ("206-555-0101", ""),
        ("+12065550101", ""),
        ("call me", ""),
    ],
)
def test_a_number_is_guessed_only_with_its_country_code(text: str, number: str):
    assert near_number(text) == number


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (7, "the number 7"),
        (10**30, "a number of more than 20 digits"),
        ([1], "a list"),
        ({}, "a mapping"),
        ("a\nb\x1b", "'a\\nb\\x1b'"),
        ("é" * 100, f"'{'é' * 60}...'"),
        ("0123456789abcdef" * 2, f"'{'*' * 32}'"),
    ],
)
def test_a_value_is_described_on_one_short_line_without_secrets(value: object, words: str):
    assert described(value) == words


def test_other_guesses():
    assert near_direction("Two Way") == "inbound-and-outbound"
    assert near_direction("no-reply") == "outbound"
    assert near_direction("receive") == "inbound"
    assert near_name("My Channel!") == "my-channel"
    assert near_name("fine") == ""
