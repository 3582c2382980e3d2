"""One value goes into a channel file, and every other value, comment and byte stays where it was."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.errors import UsageError
from smsops.files.keys import key_at, path_of, value_of
from smsops.files.splice import comments, with_value
from smsops.files.yamlfile import MAX_BYTES, read_yaml

GOOD = sorted((Path(__file__).parents[1] / "cases" / "good").iterdir())
SAMPLES = sorted((Path(__file__).parents[2] / "channels").glob("*.yaml"))

FILE = """\
# c
name: case   # the name
provider: twilio
direction: outbound # d
webhook_url: "https://a.example.com/x"  # hook
status_callback_url: 'https://a.example.com/s'
fallback_url: # none yet
phone_numbers:
  # one
  - "+12065550101"  # first
  - {number: "+12065550102", label: x}
  - number: "+12065550103"
    protected: true # p
    # below

# own
owner:
  team: a
  # more
contact_hours: {timezone: UTC, start: "09:00", end: '20:00'}
experience_flow:
tags: {}
description: |-  # block
  text
   # no comment
  more

# end
"""
JSON = '{"name": "case", "provider": "twilio", "tags": {},\n "phone_numbers": ["+12065550101"]}'


def value_in(data: bytes) -> Any:
    return read_yaml(data, "a.yaml")[0].value


def spliced(text: str, word: str, typed: str) -> str:
    data = text.encode()
    value = value_in(data)
    path = path_of(word, value)
    after = with_value(data, path, value_of(typed, key_at(value, path)))
    assert after is not None
    return after.decode()


def exact(text: str, word: str, typed: str, old: str, new: str) -> None:
    """Only the one slice is another one."""
    assert text.count(old) == 1
    assert spliced(text, word, typed) == text.replace(old, new)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize(
    ("word", "typed", "old", "new"),
    [
        ("webhook_url", "https://b.example.com/?a=1", "https://a.example.com/x", "https://b.example.com/?a=1"),
        ("status_callback_url", "it's", "'https://a.example.com/s'", "'it''s'"),
        ("direction", "inbound", "direction: outbound #", "direction: inbound #"),
        ("direction", "a: #b", "direction: outbound #", 'direction: "a: #b" #'),
        ("fallback_url", "https://a.example.com", "fallback_url: #", "fallback_url: https://a.example.com #"),
        ("experience_flow", "triage", "experience_flow:\n", "experience_flow: triage\n"),
        ("fallback_method", "GET", "none yet\n", "none yet\nfallback_method: GET\n"),
        ("description", "one line", "|-  # block\n  text\n   # no comment\n  more\n", "one line  # block\n"),
        ("enabled", "false", "twilio\n", "twilio\nenabled: false\n"),
        ("enabled", "no", "twilio\n", 'twilio\nenabled: "no"\n'),
        ("messaging.validity_period", "100", "# below\n", "# below\nmessaging:\n  validity_period: 100\n"),
        ("messaging.validity_period", "1e2", "# below\n", '# below\nmessaging:\n  validity_period: "1e2"\n'),
        ("owner.team", "b", "team: a\n", "team: b\n"),
        ("owner.email", "null", "team: a\n", "team: a\n  email: null\n"),
        ("contact_hours.end", "21:00", "'20:00'", "'21:00'"),
        ("contact_hours.start", "null", '"09:00"', "null"),
        ("tags.a.b/c", "2", "tags: {}", 'tags: {a.b/c: "2"}'),
        ("phone_numbers.+12065550101.label", "Front", '- "+12065550101"', '- {number: "+12065550101", label: Front}'),
        ("phone_numbers.+12065550101.number", "+1206", '"+12065550101"', '"+1206"'),
        ("phone_numbers.+12065550102.flow", "f", "label: x}", "label: x, flow: f}"),
        ("phone_numbers.+12065550103.label", "l", '0103"\n', '0103"\n    label: l\n'),
        ("phone_numbers.+12065550103.protected", "false", "true # p", "false # p"),
    ],
)
def test_only_one_slice_of_a_file_changes(word: str, typed: str, old: str, new: str, mark: str, newline: str) -> None:
    def as_file(text: str) -> str:
        return text.replace("\n", newline)

    if word == "messaging.validity_period":
        # A comment that is as deep as the entry above it belongs to that entry, and a new key goes below the value.
        old, new = "true # p\n", new.replace("# below\n", "true # p\n")
    exact(mark + as_file(FILE), word, typed, as_file(old), as_file(new))


@pytest.mark.parametrize(
    ("word", "typed", "old", "new"),
    [
        ("name", "b", '"case"', '"b"'),
        ("enabled", "true", '"twilio"', '"twilio", "enabled": true'),
        ("owner.team", "t", '["+12065550101"]', '["+12065550101"], "owner": {"team": "t"}'),
        ("tags.x", "y", '"tags": {}', '"tags": {"x": "y"}'),
        ("phone_numbers.+12065550101.label", "l", '["+12065550101"]', '[{"number": "+12065550101", "label": "l"}]'),
    ],
)
def test_a_file_that_is_json_stays_json(word: str, typed: str, old: str, new: str) -> None:
    exact(JSON, word, typed, old, new)
    assert json.loads(spliced(JSON, word, typed))["provider"] == "twilio"


@pytest.mark.parametrize(
    ("text", "word", "after"),
    [
        ("name: a", "direction", "name: a\ndirection: x"),
        ("direction: y\n", "name", "direction: y\nname: x\n"),
        ("# a\n  name: a\n  tags:\n", "tags.k", "# a\n  name: a\n  tags: {k: x}\n"),
        ("name: a\nowner: ~\n", "owner.team", "name: a\nowner: {team: x}\n"),
        ("description: |+\n  a\n\n\nname: b\n", "direction", "description: |+\n  a\n\n\nname: b\ndirection: x\n"),
        ("description: |+\n  a\n\n", "direction", "direction: x\ndescription: |+\n  a\n\n"),
        ("{name: a, tags: }", "tags.k", "{name: a, tags: {k: x} }"),
        ("{name, direction: y}", "name", "{name: x, direction: y}"),
        ("name: a\n...\n", "direction", "name: a\ndirection: x\n...\n"),
        ("? name\n: a\n", "name", "? name\n: x\n"),
        ("description: [a]  # b\n", "description", "description: x  # b\n"),
    ],
)
def test_odd_places(text: str, word: str, after: str) -> None:
    assert spliced(text, word, "x") == after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "name: a\nname: b\n",
        "name: 'a\n",
        "owner: 5\n",
        "owner: bob\n",
    ],
)
def test_a_file_that_is_broken_or_odd_on_the_way_is_left_alone(text: str) -> None:
    assert with_value(text.encode(), ("owner", "team"), "x") is None


def test_what_cannot_be_written_is_not_and_what_is_there_already_changes_nothing() -> None:
    assert with_value(b"name: a\n", ("name",), "\udc80") is None
    full = b"name: a\n#".ljust(MAX_BYTES, b"x")
    assert with_value(full, ("description",), "b") is None
    assert with_value(b"name:   'a'\n", ("name",), "a") == b"name:   'a'\n"
    assert with_value(b"name: '1'\n", ("name",), 1) == b"name: 1\n"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("phone_nmbers", "Did you mean phone_numbers?"),
        ("name.x", ""),
        ("owner.emial", "Did you mean email?"),
        ("owner", "owner.team"),
        ("", "Name one of them"),
        ("tags", "Name one of them."),
        ("phone_numbers", "phone_numbers.NUMBER.label"),
        ("phone_numbers.+12065550101", "phone_numbers.+12065550101.label"),
        ("phone_numbers.0.label", "Name one of the channel's numbers"),
        ("compliance.opt_in_keywords", "Edit the file."),
    ],
)
def test_a_word_that_names_no_single_place_is_refused_with_what_would(word: str, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        path_of(word, value_in(FILE.encode()))
    assert told in refused.value.hint


SETTABLE = (
    *("name", "description", "provider", "account", "direction", "enabled", "messaging_service_sid", "friendly_name"),
    *("webhook_url", "webhook_method", "fallback_url", "fallback_method", "status_callback_url", "experience_flow"),
    *("messaging.use_case", "messaging.validity_period", "messaging.mms_converter", "owner.team", "owner.email"),
    *("contact_hours.start", "compliance.sender_type", "compliance.opt_out_message", "tags.a", "tags.b.c/d-e"),
    *("NUMBER.number", "NUMBER.label", "NUMBER.flow", "NUMBER.protected"),
)
TYPED = st.one_of(
    st.sampled_from(["true", "false", "null", "7", "inbound", "https://a.example.com/?b=c#d", "+12065550199", "NO"]),
    st.text("aé🙂 #:,'\"{}[]-\\\n\t|>&*!%@`\u2028", max_size=12),
)


@st.composite
def commented(draw: st.DrawFn) -> bytes:
    """A file of the corpus, with comments where a line of its own or the end of a line has room for them."""
    data = draw(st.sampled_from([*GOOD, *SAMPLES])).read_bytes()
    if draw(st.booleans()) or data.startswith(b"{"):
        return data
    value, lines = value_in(data), data.split(b"\n")
    for number in draw(st.sets(st.integers(0, len(lines) - 1), max_size=4)):
        tried = [*lines]
        remark = b" # beside" if draw(st.booleans()) else b"\n# above"
        tried[number] = tried[number].rstrip(b"\r") + remark if tried[number].strip() else b"# alone"
        if value_in(b"\n".join(tried)) == value:
            lines = tried
    return b"\n".join(lines)


@pytest.mark.no_cover
@given(commented(), st.sampled_from(SETTABLE), TYPED, st.data())
def test_setting_any_key_keeps_every_other_value_and_every_comment(
    before: bytes, word: str, typed: str, data: st.DataObject
) -> None:
    value = value_in(before)
    entries = value["phone_numbers"]
    index = data.draw(st.integers(0, len(entries) - 1))
    number = entries[index]["number"] if isinstance(entries[index], dict) else entries[index]
    path = path_of(word.replace("NUMBER", f"phone_numbers.{number}"), value)
    new = value_of(typed, key_at(value, path))
    after = with_value(before, path, new)
    assert after is not None
    # The expected value, made without the code under test.
    wanted = copy.deepcopy(value)
    inside = wanted
    if word.startswith("NUMBER"):
        entry = entries[index] if isinstance(entries[index], dict) else {"number": number}
        entry = {**entry, path[-1]: new}
        is_short = isinstance(entries[index], str) and path[-1] == "number"
        wanted["phone_numbers"][index] = new if is_short else entry
    else:
        for part in path[:-1]:
            inside = inside.setdefault(part, {})
        inside[path[-1]] = new
    assert json.dumps(value_in(after), sort_keys=True) == json.dumps(wanted, sort_keys=True)
    assert comments(after.decode().removeprefix("\ufeff")) == comments(before.decode().removeprefix("\ufeff"))
    assert after.count(b"\r\n") - before.count(b"\r\n") in (0, 1, 2) if b"\r\n" in before else b"\r" not in after
    # What changed is one slice: a common head, a common tail, and at most a few lines between them.
    head = next((i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    longest = min(len(before), len(after)) - head
    back = zip(reversed(before), reversed(after), strict=False)
    tail = next((i for i, (old, fresh) in enumerate(back) if old != fresh), longest)
    assert before[head : len(before) - min(tail, longest)].count(b"\n") <= 3
