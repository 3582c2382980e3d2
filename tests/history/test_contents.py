"""What a file of the past says: read entry by entry it is the same as read whole, and no secret is ever told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.files.yamlfile import MAX_BYTES, read_yaml
from smsops.history.contents import Content, content_of, diffs_of, is_sent, shown, wanted_of, wanted_of_channel
from smsops.history.entries import is_number
from smsops.history.recorded import Diff
from smsops.model import UNMANAGED
from tests.core import build
from tests.history import slow
from tests.history.stories import channel, crlf, number, project

CASES = sorted(path for path in (Path(__file__).parents[1] / "cases").rglob("*") if path.suffix in (".yaml", ".yml"))
FILE = "100644"


def read(text: str | bytes) -> Content:
    return content_of(text.encode() if isinstance(text, str) else text, FILE)


def whole(data: bytes) -> tuple[bool, dict[str, str], dict[str, Any]]:
    """Whether there is a problem, the flat keys, and the value, without any short cut."""
    document, findings = read_yaml(data, "")
    value = document.value
    if any(found.severity == "error" for found in findings) or not isinstance(value, dict):
        return True, {}, {}
    return False, slow.flatten(value), value


def by_entries(data: bytes) -> tuple[bool, dict[str, str], dict[str, Any]]:
    content = content_of(data, FILE)
    return bool(content.problem), dict(content.flat), dict(content.value)


def is_the_same(data: bytes) -> None:
    found, right = by_entries(data), whole(data)
    assert found == right
    assert list(found[1]) == list(right[1])


def test_every_file_of_the_cases_is_read_as_a_whole_is() -> None:
    assert len(CASES) > 300
    for path in CASES:
        data = path.read_bytes()
        is_the_same(data)
        is_the_same(data.replace(b"\n", b"\r\n"))
        is_the_same(data.rstrip())


# Several lines each, of what may make one entry look like two, or two like one.
ODD = (
    *("a: b\n", "a: c\n", "b: c d\n", "c: 'x\n  y'\n", 'd: "x\ny: z"\n', 'd: "x\ne:\n"\n', "e: |\n  t\n\n"),
    *(
        "f: |+\n  t\n\n\n",
        "g: >-\n  t\n u\n",
        "h: |2-\n   x\n  y\n",
        "i: [1,\n2]\n",
        "j: {x: 1,\ny: 2}\n",
        "k: {\na: 1}\n",
    ),
    *("l: &x a\n", "m: *x\n", "n:\tq\n", "o: x \n", "p: NO\n", "q: 0x1F\n", "r: null\n", "s: ~\n", "t:\n- a\n- b\n"),
    *("u:\n  v: w\n", "phone_numbers:\n- '+12065550101'\n- {number: +12065550102, label: x}\n", "phone_numbers: a\n"),
    *("? z\n: y\n", "# c\n", "#\tc\n", "# é\n", "\n", "  \n", "\t\n", "...\n", "---\n", "--- \n", "%YAML 1.2\n", "\r"),
    *(
        "a:\n",
        "a: 1\n",
        "u: x\r\n",
        "é: x\n",
        "v: é\n",
        "\ufeff",
        "x:y\n",
        "y: a: b\n",
        "aa: https://h.example/x?y=1#z\n",
    ),
    *(
        "bb: a/b:/c\n",
        "cc: True\n",
        "dd: TRUE\n",
        "ee: tRue\n",
        "ff: 'it''s'\n",
        "'gg': 1\n",
        "hh : 1\n",
        "ii: # c\n  x\n",
    ),
    *(
        "jj: x\n  y\n",
        "kk: x\n\n  y\n",
        "ll: - a\n",
        "mm: !!str x\n",
        "nn: |\n",
        "oo: ''\n",
        "+12065550101: x\n",
        "123: x\n",
    ),
    *("a.b: x\n", "pp: x\x85y\n", "qq: x\u2028y\n", "rr: 1.50\n", "ss: -0\n", "tt: 1e3\n", "uu: .inf\n", "vv: 22:30\n"),
    *("ww: 0123\n", "xx: +12065550101\n", f"{'k' * 1030}: x\n", f"a: {'x' * 1100}\n", "x: y\r...\n", "x: y\r---\n"),
    *(
        "x: y\r%a\n",
        "q: 'a\r...\r'\n",
        "l1: a -b\n",
        "l2: a - b\n",
        "l3: a/ b\n",
        "l4: a:/ b\n",
        "l5: null\r\n",
        " a: b\n",
    ),
    *("- a\n", "{a: b}\n", "tags: {a: 1, a: 2}\n", "messaging:\n  x: 1\n  x: 2\n", "\x00", "\x7f", "<<: {a: b}\n"),
    *(
        f"phone_numbers:\n{rows}"
        for rows in (
            '  - number: "+12065550101"\n    label: a b\n    sid: PN1\n  - "+12065550102"\n',
            '  - "+12065550102"\n  - "+12065550102"\n',
            '  - number: "+12065550101"\n    label: true\n',
            '  - number: "+12065550101"\n    label: x\n    label: y\n',
            '  - number: "+12065550101"\n    number: x\n',
            '  - number: "+12065550101"\n    - "+12065550102"\n',
            '  - number: "+12065550101"\n   label: x\n',
            '  - number: "+12065550101"\n    true: x\n',
            '  - "+12065550101"\n    label: x\n',
            '  - "+12065550101"\n\n  - "+12065550102"\n',
            '  - "+12065550101"\n - "+12065550102"\n',
            '  - "+12065550101"\n# c\n',
            '  - "+1 206"\n',
        )
    ),
    *("true: x\n", "null: x\n", "NO: x\n"),
    *("l8: a\n b\n", "l9: |\n  a\n # c\n", "m1: 'x'\n # c\n", "m2: x # c\n", "m3: x #\n", "m4: @a\n", "m5: `a\n"),
)
LETTERS = "ab:- \n\r\t#'\"|>[]{},&*!%?.+1é~/"


@pytest.mark.parametrize("text", ODD)
def test_an_odd_entry_beside_plain_ones_is_read_as_a_whole_is(text: str) -> None:
    for around in ("{}", "one: a\n{}", "{}last: b\n", "# about\none: a\n{}last: b\n", "one:\n  - a\n{}last: |\n  b\n"):
        is_the_same(around.format(text).encode())
        is_the_same(crlf(around.format(text)).encode())
        is_the_same(around.format(text).rstrip("\n").encode())


@pytest.mark.no_cover
@given(st.lists(st.sampled_from(ODD), max_size=5), st.integers(0, 200), st.sampled_from(("", *LETTERS)))
@settings(max_examples=200)
def test_odd_entries_in_any_order_are_read_as_a_whole_is(parts: list[str], place: int, letter: str) -> None:
    text = "".join(parts)
    is_the_same((text[:place] + letter + text[place:]).encode())


@pytest.mark.no_cover
@given(st.text(LETTERS, max_size=30))
@settings(max_examples=200)
def test_any_text_is_read_as_a_whole_is(text: str) -> None:
    is_the_same(f"a: b\n{text}\nc: d\n".encode())
    is_the_same(text.encode())


@given(st.binary(max_size=20))
def test_any_bytes_are_a_content(data: bytes) -> None:
    is_the_same(data)
    is_the_same(b"a: b\n" + data)


def test_a_file_that_is_too_large_is_refused_however_plain_it_is() -> None:
    lines = b"".join(b"k%d: v\n" % index for index in range(40_000))
    assert len(lines) > MAX_BYTES
    assert read(lines).problem == "Line 1: The file is larger than 256 KiB."
    fits = lines[:MAX_BYTES].rpartition(b"\n")[0]
    is_the_same(fits)
    assert len(read(fits).flat) > 10_000


def test_many_remarks_with_carriage_returns_are_looked_at_once() -> None:
    # Each of them could be read in two ways; forty would keep a reader that tries all of them for days.
    text = "# remark\r\n" * 40
    is_the_same(f"{text}name: b\r\n".encode())
    is_the_same(f"{text}  - x\r\nname: b\r\n".encode())


def test_a_link_is_no_content_whatever_it_points_at() -> None:
    assert content_of(b"a: b\n", "120000").problem == "It is a link."
    assert content_of(b"a: b\n", "100755").flat == {"a": "b"}


def test_a_file_that_is_no_mapping_says_so() -> None:
    assert read("- a\n").problem == "The file is no mapping."
    assert read("a: [\n").problem.startswith("Line ")


def test_numbers_stand_for_themselves_and_their_attributes() -> None:
    entries = "- '+12065550101'\n- {number: +12065550102, label: Front desk, protected: true}\n- 7\n- {label: x}\n"
    flat = read(f"+12065550199: x\nphone_numbers:\n{entries}").flat
    assert flat == {
        ".+12065550199": "x",
        "+12065550101": "",
        "+12065550102": "",
        "+12065550102 label": "Front desk",
        "+12065550102 protected": "true",
        "phone_numbers 7": "",
        "phone_numbers null": "",
        "phone_numbers null label": "x",
    }
    assert {key for key in flat if is_number(key)} == {"+12065550101", "+12065550102"}
    assert read(f"phone_numbers:\n{entries}").numbers == {"+12065550101", "+12065550102"}


def test_differences_come_in_the_order_of_the_file_and_numbers_last() -> None:
    before = read("phone_numbers: ['+12065550101', '+12065550102']\nz: 1\na: {b: x, c: y}\nowner: {team: t}\n")
    after = read("phone_numbers: ['+12065550102', {number: '+12065550103', label: l}]\na: {c: z}\nz: 2\nnew: {}\n")
    assert diffs_of(before, after) == (
        Diff("a.c", "y", "z"),
        Diff("z", "1", "2"),
        Diff("new", None, "{}"),
        Diff("a.b", "x", None),
        Diff("owner.team", "t", None),
        Diff("+12065550103", None, ""),
        Diff("+12065550103 label", None, "l"),
        Diff("+12065550101", "", None),
    )
    assert diffs_of(after, after) == ()


SECRET = "sesame-open"
HIDING = (
    f"auth_token: {SECRET}\n",
    f"auth_tokn: {SECRET}\n",
    f"api_key_secert: {SECRET}\n",
    f"Passwort: {SECRET}\n",
    f"auth_token: [a, {SECRET}]\n",
    f"auth_token: {{value: {SECRET}}}\n",
    f"auth_token: {{env: {{x: {SECRET}}}}}\n",
    f"auth_token: |\n  one\n  {SECRET}\n",
    f"auth_token:\n- {{x: {SECRET}}}\n",
    f"accounts: {{us: {{auth_token: {SECRET}, auth_tokens: {SECRET}}}}}\n",
    f"messaging: {{auth_token: {SECRET}}}\n",
    f"phone_numbers:\n- {{number: '+12065550101', auth_token: {SECRET}}}\n",
    f"tags: {{note: 'auth_token: {SECRET}'}}\n",
    f"tags: [auth_token={SECRET}]\n",
    f"compliance: [{{auth_token: {SECRET}}}]\n",
    f"webhook_url: https://ann:{SECRET}@hooks.example.com/in\n",
    f"description: see https://ann:{SECRET}@hooks.example.com/in\n",
    f"name: https://ann:{SECRET}@hooks.example.com\n",
    f"owner: {{email: https://ann:{SECRET}@hooks.example.com}}\n",
)


@pytest.mark.parametrize("text", HIDING)
def test_a_secret_in_a_file_of_the_past_is_never_told(text: str) -> None:
    content = read(f"first: a\n{text}")
    assert SECRET in repr(content.flat)
    told = (diffs_of(Content(), content), diffs_of(content, Content()), shown(content.flat), wanted_of(content))
    assert SECRET not in repr(told)
    # That there is something, and that it changed, is told.
    other = read(f"first: a\n{text.replace(SECRET, 'other')}")
    changed = diffs_of(content, other)
    assert changed
    assert SECRET not in repr(changed)
    assert {diff.field for diff in changed} <= shown(other.flat).keys()


@pytest.mark.parametrize(
    "wrong", ["  x: [\n", "  x: 'a\n", "\t- x\n", "  y: &a b\n", "first: again\n", " x: a: b\n", "...\nx: y\n"]
)
@pytest.mark.parametrize("text", HIDING)
def test_a_broken_file_says_what_is_wrong_without_its_secret(text: str, wrong: str) -> None:
    content = read(f"first: a\n{text}{wrong}")
    assert content.problem or "|" in text
    assert SECRET not in content.problem
    content = read(f"first: a\n{text.replace(SECRET, SECRET + ': x: [')}")
    assert SECRET not in content.problem


def test_a_long_value_without_sense_is_hidden_where_it_is_not_sent() -> None:
    run = "5f4dcc3b5aa765d61d8327deb882cf99"
    content = read(
        f"auth_token: {{env: {run}}}\ntags: {{x: {run}}}\n{run}: a\nwebhook_url: https://a.example.com/{run}\n"
    )
    told = shown(content.flat)
    assert run not in repr({key: text for key, text in told.items() if key != "webhook_url"})
    # Where replies go is compared with the account, character by character.
    assert told["webhook_url"].endswith(run)
    assert shown(read("accounts: {us: {auth_token: {env: US_TOKEN}}}\n").flat) == {
        "accounts.us.auth_token.env": "US_TOKEN"
    }
    assert shown(read("auth_token.env: hunter2\n").flat) == {"auth_token.env": "****"}


def test_what_an_apply_brings_about_is_what_the_channel_says_whole() -> None:
    content = read(
        channel("otp", 1, 2, more="messaging:\n  use_case: marketing\n  sticky_sender: false\n  validity_period: 5.0\n")
    )
    wanted = wanted_of(content)
    assert wanted is not None
    assert wanted.numbers == {number(1), number(2)}
    assert wanted.fields == {
        "friendly_name": "otp",
        "webhook_url": "https://hooks.example.com/in",
        "webhook_method": "POST",
        "fallback_url": "",
        "fallback_method": "POST",
        "status_callback_url": "https://hooks.example.com/status",
        "use_inbound_webhook_on_number": "false",
        "messaging.use_case": "marketing",
        "messaging.sticky_sender": "false",
        "messaging.validity_period": "5",
    }


def test_an_unmanaged_setting_is_not_wanted() -> None:
    wanted = wanted_of_channel(build.channel("otp", use_case=UNMANAGED))
    assert "messaging.use_case" not in wanted.fields


def test_every_valid_file_wants_something_and_no_other_is_an_error() -> None:
    wanted = {path: wanted_of(content_of(path.read_bytes(), FILE)) for path in CASES}
    good = [wanted[path] for path in CASES if path.parent.name == "good"]
    assert len(good) > 20
    assert all(one is not None and one.numbers for one in good)
    assert None in wanted.values()


def test_nothing_is_wanted_of_what_cannot_be_read() -> None:
    assert wanted_of(read("a: [")) is None
    assert wanted_of(read(project())) is None


def test_labels_and_owners_are_never_sent() -> None:
    more = "description: d\nowner: {team: t, email: t@example.com}\ntags: {a: b}\n"
    flat = read(channel("otp") + "- {number: '+12065550101', label: l}\n" + more).flat
    unsent = {key for key in flat if not is_sent(key)}
    assert unsent == {"description", "owner.team", "owner.email", "tags.a", "+12065550101 label"}
