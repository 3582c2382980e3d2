"""The splice into an existing file: only what differs changes, and every comment survives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.adopting.merge import merged
from smsops.files.yamlfile import read_yaml

FILE = """\
# Head comment
name: support   # the name
provider: twilio
account: us
direction: inbound-and-outbound  # both
webhook_url: https://a.example.com/in  # where replies go

# Above the numbers
phone_numbers:
  # Front
  - {number: "+12065550101", label: Front desk}  # rings first
  - "+12065550102"  # rings second
messaging:
  sticky_sender: true   # sticks
fallback_url:
owner: {team: care}
"""


def value(text: str) -> dict[str, Any]:
    found = read_yaml(text.encode(), "")[0].value
    assert isinstance(found, dict)
    return found


def spliced(text: str, **changes: object) -> str:
    was = value(text)
    result = merged(text.encode(), was, {**was, **changes})
    assert result is not None
    assert value(result.decode()) == {**was, **changes}
    return result.decode()


def test_only_the_value_itself_changes():
    assert spliced(FILE, webhook_url="https://b.example.com/in?x=1#rc=2") == FILE.replace(
        "https://a.example.com/in", '"https://b.example.com/in?x=1#rc=2"'
    )


def test_a_value_that_is_empty_gets_one_behind_its_colon():
    assert spliced(FILE, fallback_url="https://f.example.com/") == FILE.replace(
        "fallback_url:", "fallback_url: https://f.example.com/"
    )


def test_a_new_key_stands_where_the_layout_has_it():
    changed = spliced(FILE, messaging_service_sid="MG" + "a" * 32, friendly_name="Desk: 1")
    line = "direction: inbound-and-outbound  # both\n"
    sid = "a" * 32
    assert changed == FILE.replace(line, f'{line}messaging_service_sid: MG{sid}\nfriendly_name: "Desk: 1"\n')


def test_a_setting_inside_messaging_changes_in_its_place():
    assert spliced(FILE, messaging={"sticky_sender": False}) == FILE.replace(
        "sticky_sender: true", "sticky_sender: false"
    )


def test_a_number_comes_below_the_last_one():
    was = value(FILE)["phone_numbers"]
    line = '  - "+12065550102"  # rings second\n'
    assert spliced(FILE, phone_numbers=[*was, "+12065550103"]) == FILE.replace(line, line + '  - "+12065550103"\n')


def test_the_comment_of_a_number_that_goes_stays_on_a_line_of_its_own():
    was = value(FILE)["phone_numbers"]
    gone = FILE.replace('  - {number: "+12065550101", label: Front desk}  # rings first\n', "  # rings first\n")
    assert spliced(FILE, phone_numbers=was[1:]) == gone


def test_all_numbers_can_be_others():
    changed = spliced(FILE, phone_numbers=["+12065550103", "+12065550104"])
    for comment in ("# Front", "# rings first", "# rings second"):
        assert comment in changed


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", [True, False], ids=["newline", "no newline"])
def test_line_ends_marks_and_a_missing_last_line_end_stay(newline: str, mark: str, end: bool):
    text = "name: a\ndirection: outbound\nphone_numbers:\n- '+12065550101' # one"
    text = mark + (text + "\n" * end).replace("\n", newline)
    changed = spliced(text, phone_numbers=["+12065550101", "+12065550102"], friendly_name="Z")
    assert changed.startswith(mark + "name: a" + newline)
    assert f"- '+12065550101' # one{newline}- \"+12065550102\"" in changed
    assert changed.replace("\r\n", "\n").count("\n") == changed.count(newline)
    assert changed.endswith(newline) is end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{name: a, direction: outbound, phone_numbers: ['+12065550101', {number: '+12065550102'}]}\n",
            "{name: a, direction: outbound, friendly_name: Z, "
            "phone_numbers: [{number: '+12065550102'}, \"+12065550103\"]}\n",
        ),
        (
            "name: a\ndirection: outbound\nphone_numbers:\n"
            "  - number: '+12065550101'\n    label: x\n  - number: '+12065550102'\n",
            "name: a\ndirection: outbound\nfriendly_name: Z\nphone_numbers:\n  - number: '+12065550102'\n"
            '  - "+12065550103"\n',
        ),
    ],
    ids=["in brackets", "in blocks"],
)
def test_other_layouts(text: str, expected: str):
    kept = value(text)["phone_numbers"][1]
    assert spliced(text, friendly_name="Z", phone_numbers=[kept, "+12065550103"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "name: a\ndirection: >\n  outbound\nphone_numbers: ['+12065550101']\n",
        "name: a\ndirection: outbound\nphone_numbers: [\n  '+12065550101', # one\n  '+12065550102']\n",
        "name: a\ndirection: outbound\nphone_numbers:\n  -\n    '+12065550101'\n  - '+12065550102'\n",
    ],
    ids=["a block of text", "a comment inside brackets", "a dash alone"],
)
def test_what_cannot_be_proved_is_not_done(text: str):
    was = value(text)
    target = {**was, "direction": "inbound", "phone_numbers": was["phone_numbers"][1:] or was["phone_numbers"]}
    assert merged(text.encode(), was, target) is None


def test_a_file_that_says_something_else_by_now_is_left():
    assert merged(FILE.encode(), {"name": "other"}, {"name": "third"}) is None
    assert merged(b"- a\n", {}, {"name": "third"}) is None


URLS = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
NUMBERS = st.lists(st.integers(1, 6).map(lambda last: f"+1206555010{last}"), min_size=1, unique=True)


@given(URLS, URLS, NUMBERS, st.booleans())
def test_whatever_is_put_in_the_file_says_exactly_that_and_keeps_its_comments(
    webhook: str | None, name: str | None, numbers: list[str], sticky: bool
):
    was = value(FILE)
    said = [
        entry for entry in was["phone_numbers"] if (entry if isinstance(entry, str) else entry["number"]) in numbers
    ]
    held = [entry if isinstance(entry, str) else entry["number"] for entry in said]
    target = {**was, "webhook_url": webhook, "friendly_name": name, "messaging": {"sticky_sender": sticky}}
    target["phone_numbers"] = [*said, *(number for number in numbers if number not in held)]
    result = merged(FILE.encode(), was, target)
    assert result is not None
    assert value(result.decode()) == target
    for comment in (
        "# Head",
        "# the name",
        "# both",
        "# where",
        "# Above",
        "# Front",
        "# rings f",
        "# rings s",
        "# st",
    ):
        assert comment in result.decode()
