"""The canonical layout: one form for every file, and nothing that a person wrote is lost or means something else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.errors import SmsopsError
from smsops.files import events, layout
from smsops.files.build import build_channel
from smsops.files.layout import laid_out
from smsops.files.outline import ORDER
from smsops.files.schema import schema_text
from smsops.files.yamlfile import MAX_BYTES, read_yaml
from smsops.frozen import replace
from smsops.model import Channel

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "channels").glob("*.yaml"))
CASES = ROOT / "tests" / "cases"
GOOD = sorted(CASES.glob("good/*.y*ml"))
EVERY = sorted(path for path in CASES.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())


def facts(data: bytes) -> str:
    """The file's value so that 1 and true differ."""
    return json.dumps(read_yaml(data, "a.yaml")[0].value, sort_keys=True)


def fmt(text: str) -> str:
    """The layout of a text, which says the same and has the same layout again."""
    before = text.encode()
    after = laid_out(before, "a.yaml")
    assert after is not None, read_yaml(before, "a.yaml")[1]
    assert facts(after) == facts(before)
    assert laid_out(after, "a.yaml") == after
    return after.decode()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_sample_channels_are_laid_out_already(path: Path):
    assert laid_out(path.read_bytes(), path.name) == path.read_bytes()


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_every_good_case_keeps_its_value_and_gets_no_finding(path: Path):
    before = path.read_bytes()
    after = laid_out(before, path.name)
    assert after is not None
    assert facts(after) == facts(before)
    assert read_yaml(after, path.name)[1] == ()
    assert laid_out(after, path.name) == after


def remarked(path: Path) -> tuple[bytes, int]:
    """The file with comments above the keys of the top and behind short values, and how many there are."""
    lines = path.read_bytes().decode("utf-8-sig").splitlines()
    count, found = 0, []
    for line in lines:
        if re.match(r"[a-z_]+:", line):
            count += 1
            found.append(f"{'  ' * (count % 2)}# <{count}>")
        if re.fullmatch(r"(?:  )*(?:- )?[a-z_]+: [a-zA-Z0-9.-]+", line):
            count += 1
            found.append(f"{line}   # <{count}>")
        else:
            found.append(line)
    return ("\n".join(found) + "\n").encode(), count


def desired(data: bytes, path: Path) -> Channel:
    """What the file asks for, wherever in it that stands."""
    return replace(build_channel(read_yaml(data, path.name)[0]), lines={})


@pytest.mark.parametrize("path", [*GOOD, *SAMPLES], ids=lambda path: path.stem)
def test_a_channel_full_of_comments_asks_for_the_same_and_keeps_each_of_them(path: Path):
    before, comments = remarked(path)
    assert desired(before, path) == desired(path.read_bytes(), path)
    after = laid_out(before, path.name)
    assert after is not None
    assert after != before
    assert desired(after, path) == desired(before, path)
    assert sorted(re.findall(rb"# <\d+>", after)) == sorted(b"# <%d>" % number for number in range(1, comments + 1))
    assert laid_out(after, path.name) == after


@pytest.mark.parametrize("path", EVERY, ids=lambda path: str(path.relative_to(CASES)))
def test_any_case_is_laid_out_or_left_because_of_an_error(path: Path):
    before = path.read_bytes()
    after = laid_out(before, path.name)
    errors = [finding for finding in read_yaml(before, path.name)[1] if finding.severity == "error"]
    assert (after is None) is bool(errors)
    if after is not None:
        assert facts(after) == facts(before)
        assert laid_out(after, path.name) == after


def test_the_order_names_every_key_of_the_schema_and_no_other():
    schema = json.loads(schema_text("channel"))
    sections = {(): schema, ("phone_numbers", 0): schema["definitions"]["sender"]}
    sections[("messaging",)] = schema["definitions"]["twilio_messaging"]
    sections |= {(name,): schema["properties"][name] for name in ("contact_hours", "compliance", "owner")}
    assert {path: set(keys) for path, keys in ORDER.items()} == {
        path: set(section["properties"]) for path, section in sections.items()
    }
    assert all(len(set(keys)) == len(keys) for keys in ORDER.values())


def test_keys_come_in_one_order_at_the_top_and_below():
    text = """tags: {b: x, a: y-}
owner: {cost_center: c, email: e, team: t}
compliance:
  help_message: h
  sender_type: 10dlc
contact_hours:
  days: [mon]
  end: "20:00"
  timezone: UTC
  start: "09:00"
messaging:
  validity_period: 1
  use_case: poll
phone_numbers:
  - protected: true
    flow: f
    number: "+1"
    label: l
  - {label: x, number: "+2"}
direction: outbound
enabled: false
name: a
"""
    assert (
        fmt(text)
        == """name: a
enabled: false
direction: outbound
phone_numbers:
  - number: "+1"
    label: l
    flow: f
    protected: true
  - {number: "+2", label: x}
messaging:
  use_case: poll
  validity_period: 1
contact_hours:
  timezone: UTC
  start: "09:00"
  end: "20:00"
  days: [mon]
compliance:
  sender_type: 10dlc
  help_message: h
owner: {team: t, email: e, cost_center: c}
tags: {b: x, a: y-}
"""
    )


def test_keys_that_are_unknown_come_last_and_in_their_own_order():
    assert fmt("zeta: 1\nname: a\nalpha: 2\nowner: {zz: 1, team: t, aa: 2}\n") == (
        "name: a\nowner: {team: t, zz: 1, aa: 2}\nzeta: 1\nalpha: 2\n"
    )


def test_a_key_of_the_top_has_no_place_further_down():
    assert fmt("tags:\n  owner: a\n  name: b\nx:\n  owner: a\n  name: b\n") == (
        "tags:\n  owner: a\n  name: b\nx:\n  owner: a\n  name: b\n"
    )


QUOTES = {
    "+12065550101": '"+12065550101"',
    "'+12065550101'": '"+12065550101"',
    '"+12065550101"': '"+12065550101"',
    "call-us": '"call-us"',
    "'call us'": "'call us'",
    "12065550101": "12065550101",
    "null": "null",
}


@pytest.mark.parametrize(("before", "after"), QUOTES.items())
def test_a_phone_number_stands_in_double_quotes_in_every_form(before: str, after: str):
    text = "phone_numbers:\n  - {0}\n  - number: {0}\n  - {{number: {0}}}\n"
    assert fmt(text.format(before)) == text.format(after)
    assert fmt(f"phone_numbers: [{before}, {{label: x, number: {before}}}]\n") == (
        f"phone_numbers: [{after}, {{number: {after}, label: x}}]\n"
    )


MISREAD = (
    *("NO", "no", "on", "Off", "YES", "y", "N", "tRUE", "nULL", "=", "<<"),
    *("22:30", "0123", "1:2:3", "-01", "0x1F", "0o17", "0b11", "1_000", "+1", "+1.5", ".5", "1.", "-.inf", ".NaN"),
    *("2027-03-31", "2001-12-14 21:59:43", "2001-12-14t21:59:43Z", "--- a", "..."),
)
SAFE = (
    *("true", "null", "~", "12", "-7", "1.5", "2e3", "10dlc", "1e", "12e03x", "a", "no way", "1,000", "+", "-a", "0x"),
    *(
        "America/New_York",
        "https://a.example.com/in?b=c",
        "2027-03",
        "MG01",
        "1.2.3",
        "--",
        "---a",
        "....",
        "nope",
        "a#b",
    ),
)


@pytest.mark.parametrize("text", MISREAD)
def test_a_text_that_other_programs_misread_gets_quotes_as_value_and_as_key(text: str):
    assert fmt(f"a: {text}\nb: [x, {text}]\n") == f'a: "{text}"\nb: [x, "{text}"]\n'
    assert fmt(f"tags:\n  ? {text}\n  : a\n") == f'tags:\n  "{text}": a\n'
    assert yaml.safe_load(fmt(f"a: {text}\n")) == {"a": text}


@pytest.mark.parametrize("text", SAFE)
def test_a_value_that_all_programs_read_alike_stays_as_it_is(text: str):
    assert fmt(f"a: {text}\n") == f"a: {text}\n"


@pytest.mark.parametrize("text", ["'a'", '"a"', "'it''s'", '"\\u00e9\\\\"', "'NO'", '""', "'+1'"])
def test_quotes_that_are_there_stay(text: str):
    assert fmt(f"x: {text}\n{text}: b\n") == f"x: {text}\n{text}: b\n"


@pytest.mark.parametrize("key", ["12", "true", "~", "NULL", "on", "22:30"])
def test_a_key_that_other_programs_read_as_no_text_gets_quotes(key: str):
    assert fmt(f"tags:\n  {key}: a\nb: {{{key}: c}}\n") == f'tags:\n  "{key}": a\nb: {{"{key}": c}}\n'


def test_indentation_is_two_blanks_also_of_a_list_below_its_key():
    text = "phone_numbers:\n-    '+1'\n-\n   number:   '+2'\n   label:\n\n        x\ntags:\n       a:\n        b :  c\n"
    assert fmt(text) == ('phone_numbers:\n  - "+1"\n  - number: "+2"\n    label: x\ntags:\n  a:\n    b: c\n')


def test_lists_in_lists_and_values_that_are_not_there_keep_their_form():
    text = "a:\n  - - 1\n    - b:\n      c: 2\n  -\n  - - - 3\n  - d: {e, f: [g, h]}\n  - {}\n  - []\n"
    assert fmt(text) == text


def test_brackets_on_one_line_stay_and_are_spaced():
    assert fmt('a: {b:   1 ,c: [ x,y , {d: e}, f: g ] , }\nb: [ ]\nc: { h , "i":j}\n') == (
        'a: {b: 1, c: [x, "y", {d: e}, {f: g}]}\nb: []\nc: {h, "i": j}\n'
    )


def test_brackets_over_several_lines_become_a_block():
    text = """tags: [mon, tue,   # two
  # before wed
  wed # third
  , # behind the comma
  {a: b, c: [d]}, [e,
  f], # two ends

  {}, k: l
  # at the end
] # closed
zeta: { # opened
  email: 'e'
  # above team
  , on: t }
"""
    assert (
        fmt(text)
        == """tags:  # closed
  - mon
  - tue   # two
  # before wed
  - wed  # third
  # behind the comma
  - {a: b, c: [d]}
  - - e
    - f  # two ends

  - {}
  - {k: l}
  # at the end
zeta:  # opened
  email: 'e'
  # above team
  "on": t
"""
    )


def test_a_whole_file_in_brackets_is_a_block_unless_it_is_one_line():
    assert fmt('# a\n{ # b\n  "direction": "outbound",\n  # c\n  "name": "x" # d\n} # e\n# f\n') == (
        '# b\n# e\n# c\n"name": "x"  # d\n# a\n"direction": "outbound"\n# f\n'
    )
    assert fmt('# a\n{"direction": "outbound","name": "x"} # b\n# c') == (
        '# a\n{"name": "x", "direction": "outbound"}  # b\n# c\n'
    )


def test_empty_brackets_over_several_lines_keep_their_comments():
    assert fmt("a: [ # b\n  # c\n\n] # d\ne: {\n}\n") == "# b\na: []  # d\n  # c\ne: {}\n"
    assert fmt("{ # a\n # b\n\n}\n") == "{}  # a\n# b\n"


def test_comments_travel_with_their_keys():
    text = """# of direction
direction: outbound # one way

# of name
# in two lines

# and one more
name: a   # the stem
owner: # who
  # mail
  email: e  # m
  # the team
  team: t # t
  # end of owner
# end of the file
"""
    assert (
        fmt(text)
        == """# of name
# in two lines

# and one more
name: a   # the stem
# of direction
direction: outbound  # one way
owner:  # who
  # the team
  team: t  # t
  # mail
  email: e  # m
  # end of owner
# end of the file
"""
    )


def test_comments_at_the_end_of_a_block_stay_there():
    text = """tags:
    a: b
    # deep
  # shallow
phone_numbers:
- "+1"
    # below the number
# - "+2"
name: a
messaging:
  # use_case: poll
   # odd

  # after a blank
direction: outbound
  # deeper than its key
#last
"""
    assert (
        fmt(text)
        == """# - "+2"
name: a
direction: outbound
  # deeper than its key
phone_numbers:
  - "+1"
    # below the number
messaging:
  # use_case: poll
  # odd

  # after a blank
tags:
  a: b
  # deep
  # shallow
#last
"""
    )


def test_a_comment_that_stands_further_out_takes_the_ones_below_it_along():
    assert fmt("b:\n  c:\n    d: e\n  # one\n    # two\n# three\n  # four\na: 1\n") == (
        "b:\n  c:\n    d: e\n  # one\n  # two\n# three\n# four\na: 1\n"
    )


def test_the_comments_of_an_item_stand_above_its_dash():
    text = """phone_numbers:

  # first
  - # beside the dash
    # inside
    label: a # l
    # of the number

    number: "+1"
  -

    number: "+2"
  # last
  - # alone
    - # twice

      - x # y
"""
    assert (
        fmt(text)
        == """phone_numbers:
  # first
  # beside the dash
  # of the number

  - number: "+1"
    # inside
    label: a  # l
  - number: "+2"
  # last
  # alone
  # twice
  - - - x  # y
""".replace("  # of the number\n\n", "  # of the number\n\n")
    )


def test_a_comment_between_a_key_and_its_value_moves_above_the_key():
    assert fmt("b: # one\n  # two\n\n  x # three\na:\n  # four\n  'y'\n") == (
        "# two\n# one\nb: x  # three\n# four\na: 'y'\n"
    )


def test_explicit_keys_become_plain_ones_and_keep_their_comments():
    text = (
        "? b # one\n# two\n: c # three\n? d\n# four\n? e # five\n: - f\n  - g\n? |  # six\n  h\n: i\n? 'j\n  k'\n: l\n"
    )
    assert fmt(text) == (
        '# two\n# one\nb: c  # three\nd:\n# four\ne:  # five\n  - f\n  - g\n"h\\U0000000a": i  # six\n"j k": l\n'
    )


@pytest.mark.parametrize("lead", ["", "- "])
def test_a_key_too_long_for_a_colon_keeps_its_question_mark(lead: str):
    key, pad = "k" * 1001, " " * len(lead)
    text = f"{lead}? {key}\n{pad}: {{? {key} : v, b: c}}\n{pad}? {key}2\n{pad}:\n{pad}  - x\n{pad}{key[1:]}: d\n"
    text = "a:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    assert fmt(text) == text


def test_the_head_of_the_file_stays_at_the_head():
    modeline = "# yaml-language-server: $schema=x"
    assert fmt(f"{modeline}\ndirection: a\nname: b\n") == f"{modeline}\nname: b\ndirection: a\n"
    assert fmt(f"\n\n# c\n{modeline}\n# d\ndirection: a\nname: b\n") == f"# c\n{modeline}\nname: b\n# d\ndirection: a\n"
    assert fmt("# c\n\n\n# d\ndirection: a\nname: b\n") == "# c\n\nname: b\n# d\ndirection: a\n"
    assert fmt("# c\ndirection: a\n\nname: b\n") == "name: b\n# c\ndirection: a\n"


def test_a_document_start_stays_and_a_document_end_goes():
    assert fmt("# a\n--- # b\n\n# c\ndirection: x\nname: z\n... # d\n# e\n") == (
        "# a\n---  # b\n\nname: z\n# c\ndirection: x\n# d\n# e\n"
    )
    assert fmt("--- {b: 1,\n a: 2}\n") == "---\nb: 1\na: 2\n"


def test_blank_lines_are_single_between_entries_and_gone_at_the_edges():
    text = "\n \n\nname: a\n\n \n\nowner:\n\n  team: t\n\n\n  # c\n\n  email: e\n\n\n"
    assert fmt(text) == "name: a\n\nowner:\n  team: t\n\n  # c\n\n  email: e\n"


def test_blanks_go_at_the_end_of_lines_and_before_comments_only_if_they_line_nothing_up():
    text = "name: a \t\n# c  \nb: c# d\nd: 'e'# f\ng: h #\ti \nj: k \t # l\nm: o      # p\n"
    assert fmt(text) == "name: a\n# c\nb: c# d\nd: 'e'  # f\ng: h  #\ti\nj: k  # l\nm: o      # p\n"


@pytest.mark.parametrize("newline", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_lines_end_with_lf_and_a_byte_order_mark_goes(newline: str):
    text = "# a\n\ndirection: |\n  x\n  y\nname: 'b\n\n  c' # d\n"
    assert (
        fmt("\ufeff" + text.replace("\n", newline))
        == fmt(text)
        == ("# a\n\nname: 'b\n\n  c'  # d\ndirection: |\n  x\n  y\n")
    )


BLOCKS = {
    "|\n      x\n       y\n\n      z\n\n\n": "|\n    x\n     y\n\n    z\n\n",
    ">-   # c\n   x\n   y\n": ">-   # c\n    x\n    y\n",
    "|+\n   x\n\n\n": "|+\n    x\n\n\n",
    ">+\n   x\n": ">+\n    x\n",
    "|3-\n      x\n     y\n": "|2-\n     x\n    y\n",
    "|2\n     x\n    y\n": "|2\n     x\n    y\n",
    "|-4\n      \tx\n": "|2-\n    \tx\n",
    "|\n": "|\n",
    "|+\n\n\n": "|+\n\n\n",
    "|\n      \n\n": "|\n\n",
    "|2 # c\n        \n": "|2  # c\n        \n",
    "|1\n    x  \n        \n": "|2\n     x  \n         \n",
    ">\n   # x\n   - y\n": ">\n    # x\n    - y\n",
}


@pytest.mark.parametrize(("before", "after"), BLOCKS.items())
def test_a_block_of_text_keeps_its_lines_and_moves_as_one(before: str, after: str):
    assert fmt(f"tags:\n  name: {before}# end\n") == f"tags:\n  name: {after}# end\n"


def test_a_text_that_keeps_the_blank_lines_below_it_gets_no_more_of_them():
    assert fmt("b: |+\n  x\nname: d\n\n# c\na: z\n") == "name: d\nb: |+\n  x\n# c\na: z\n"
    assert fmt("name: |+\n  x\n\n\n# c\nb: 1\n\n# d\n") == "name: |+\n  x\n\n\n# c\nb: 1\n\n# d\n"
    assert fmt("b: |-\n  x\n\n# c\na: z\n") == "b: |-\n  x\n\n# c\na: z\n"


@pytest.mark.parametrize(("before", "after"), [("|", "|-"), ("|+", "|-"), ("|-", "|-"), (">", ">-"), ("|2", "|2-")])
def test_a_text_at_the_end_of_a_file_without_a_line_break_gets_none(before: str, after: str):
    assert fmt(f"a: {before}\n   x") == f"a: {after}\n  {' ' if '2' in after else ''}x\n"


def test_texts_over_several_lines_keep_their_lines():
    text = "a: x\n      y\n\n      z # c\nb: \"p \\\n   q\\  \n\tr\\\\ \n\n  s\"\nc: # d\n - 't\n\n u'\n"
    assert fmt(text) == ("a: x\n  y\n\n  z  # c\nb: \"p \\\n  q\\ \n  r\\\\\n\n  s\"\nc:  # d\n  - 't\n\n    u'\n")


@pytest.mark.parametrize(
    "text", ["a: 'b\n", "a: 1\na: 2\n", "a: &b c\n", "", "a: 1\n---\nb: 2\n", "\tb: 1\n", "a: \x07\n"]
)
def test_a_file_with_an_error_of_syntax_is_not_laid_out(text: str):
    assert laid_out(text.encode(), "a.yaml") is None


@pytest.mark.parametrize("text", ["- b\n-   a\n", "text\n", "[ ]", "12\n"])
def test_a_file_that_is_no_mapping_stays_as_it_is(text: str):
    assert laid_out(text.encode(), "a.yaml") == text.encode()


@pytest.mark.parametrize(
    "wrong",
    [
        "a: 1\n",
        "a: true\n# c\n",
        "a: 1.0\n# c\n",
        "a: 1\n# c\n# c\n",
        "a: '1'\n# c\n",
        "a: 1\n# d\n",
        "a: 1\na: 1\n# c\n",
        "[",
    ],
)
def test_a_layout_that_says_something_else_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(layout, "_drawn", lambda text: wrong)
    with pytest.raises(SmsopsError, match="stays as it is") as caught:
        laid_out(b"a:  1\n# c\n", "x.yaml")
    assert "defect" in caught.value.hint


def test_a_layout_that_leaves_a_warning_where_there_was_none_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(layout, "_drawn", lambda text: "a: +1\n")
    with pytest.raises(SmsopsError, match="would not say the same"):
        laid_out(b"a: '+1'\n", "x.yaml")


def test_a_layout_over_the_limit_of_a_file_is_refused():
    text = "#".ljust(MAX_BYTES - 8, "x") + "\na:\n- b\n"
    assert len(text) == MAX_BYTES
    assert laid_out(text.replace("x", "", 2).encode(), "x.yaml") is not None
    with pytest.raises(SmsopsError, match="larger than 256 KiB") as caught:
        laid_out(text.encode(), "x.yaml")
    assert caught.value.code == "SMS104"


TEXTS = (
    *(
        "outbound",
        "a b",
        "'it''s # no comment'",
        '"a \\"b\\" # no"',
        "NO",
        "on",
        "22:30",
        "0123",
        "+12065550101",
        "true",
    ),
    *(
        "12",
        "null",
        "~",
        "",
        "'+12065550102'",
        "a#b",
        "http://a.example.com/b",
        "é🙂",
        "2027-03-31",
        "y",
        ".5",
        "''",
    ),
)
LONG = (
    ("|", "{}x", "{} # no comment", "", "{}y"),
    (">-", "{}x", "{}y", "", "", "{}z"),
    ("|+", "{}x", "", ""),
    ("|", "{}x", "{} ", ""),
    ("x", "{}y"),
    ("x", "", "{}y"),
    ("'x # no", "", "{}y'"),
    ('"x \\', "{}y\\ ", '{}z"'),
)
KEYS = (
    "direction",
    "name",
    "tags",
    "owner",
    "phone_numbers",
    "number",
    "label",
    "team",
    "email",
    "on",
    "x y",
    "'q'",
    "7",
)


class Writer:
    """Draws a file line by line; counts the comments that it writes."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.comments = 0

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def comment(self) -> str:
        self.comments += 1
        return f"# <{self.comments}>"

    def beside(self) -> str:
        return self.one("", "", "", " ", "  ", "    ") + self.comment() if self.one(False, False, True) else ""

    def gap(self) -> None:
        """Lines between entries."""
        for _ in range(self.one(0, 0, 0, 1, 2)):
            blanks = " " * self.one(0, 1, 2, 4, 7)
            self.lines.append(blanks + self.comment() if self.one(True, False) else self.one("", " "))

    def scalar(self, lead: str, depth: int) -> None:
        if self.one(False, False, False, True):
            first, *others = self.one(*LONG)
            block = first[0] in "|>"
            remark = " " + self.beside().lstrip() if block else ""
            self.lines.append(f"{lead}{first}{remark.rstrip()}")
            pad = " " * (depth + self.one(1, 2, 3))
            self.lines += [line.format(pad) for line in others]
            if not block:
                self.lines[-1] += " " + self.beside().lstrip()
        else:
            remark = self.beside()
            self.lines.append(lead + self.one(*TEXTS) + (f" {remark}" if remark else ""))

    def inline(self, depth: int) -> str:
        """A value in brackets on one line."""
        kind = self.one("text", "text", "list", "pairs") if depth else "text"
        if kind == "list":
            return "[" + ",".join(self.inline(depth - 1) for _ in range(self.one(0, 1, 2))) + str(self.one("]", " ]"))
        if kind == "pairs":
            keys = self.draw(st.lists(st.sampled_from(KEYS), max_size=3, unique=True))
            return "{ " + " , ".join(f"{key}: {self.inline(depth - 1)}" for key in keys) + "}"
        return str(self.one(*(text for text in TEXTS if text)))

    def brackets(self, lead: str, pad: str) -> None:
        """A list in brackets over several lines, with comments anywhere."""
        self.lines.append(f"{lead}[ {self.beside()}")
        for _ in range(self.one(0, 1, 3)):
            self.gap()
            self.lines.append(f"{pad}{self.inline(1)}{self.one(',', ' ,')} {self.beside()}")
        self.gap()
        self.lines.append(f"{pad}] {self.beside()}")

    def value(self, lead: str, depth: int, level: int) -> None:
        """What follows a key or a dash that stands at `depth`."""
        match self.one("scalar", "scalar", "inline", "brackets", "pairs", "items") if level else "scalar":
            case "inline":
                self.lines.append(f"{lead}{self.inline(2)} {self.beside()}")
            case "brackets":
                self.brackets(lead, " " * (depth + 2))
            case "pairs":
                self.lines.append(lead + " " + self.beside())
                self.pairs(depth + self.one(1, 2, 4), level - 1)
            case "items":
                self.lines.append(lead + " " + self.beside())
                self.items(depth + self.one(0, 1, 2) if not lead.strip().startswith("-") else depth + 2, level - 1)
            case _:
                self.scalar(lead, depth)

    def pairs(self, depth: int, level: int, keys: tuple[str, ...] = KEYS) -> None:
        for key in self.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=5, unique=True)):
            self.gap()
            self.value(f"{' ' * depth}{key}{self.one(':', ' :')} ", depth, level)

    def items(self, depth: int, level: int) -> None:
        for _ in range(self.one(1, 2, 3)):
            self.gap()
            self.value(f"{' ' * depth}-{self.one(' ', '   ')}", depth, level)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, int]:
    """A file in block style, and how many comments it has: `# <1>` and so on."""
    writer = Writer(draw)
    writer.gap()
    if writer.one(False, False, True):
        writer.lines.append("--- " + writer.beside())
    writer.pairs(writer.one(0, 0, 2), 3)
    writer.gap()
    text = "\n".join(writer.lines) + writer.one("\n", "\n", "", "\n\n")
    return writer.one("", "", "\ufeff") + text.replace("\n", writer.one("\n", "\n", "\r\n")), writer.comments


def texts_of(value: Any) -> list[str]:
    """Every text and key of a value, in order."""
    if isinstance(value, dict):
        return [text for key in value for text in (key, *texts_of(value[key]))]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.no_cover
@given(files())
def test_whatever_a_file_says_and_remarks_stays(file: tuple[str, int]):
    assert_all_stays(*file)


@pytest.mark.no_cover
@settings(max_examples=25)
@given(files())
def test_all_stays_too_where_yaml_is_read_without_libyaml(file: tuple[str, int]):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_LOADER", yaml.BaseLoader)
        assert_all_stays(*file)


def assert_all_stays(text: str, comments: int) -> None:
    result = fmt(text)
    value: Any = read_yaml(result.encode(), "a.yaml")[0].value
    assert [result.count(f"# <{number}>") for number in range(1, comments + 1)] == [1] * comments
    known = [key for key in value if key in ORDER[()]]
    assert known == sorted(known, key=ORDER[()].index)
    assert not re.search(r"\r|\ufeff", result)
    assert re.search(r"[^\n]\n\Z", result) or "|+" in result
    assert texts_of(value) == texts_of(yaml.safe_load(result))
    if not re.search(r"[|>]", result):
        assert not re.search(r"\n\n\n|^\n|\t|(?<!\\) \n", result)
        assert not re.search(r"^(?:  )* [^ #]", result, re.MULTILINE)


SIGNS = (
    *(
        "a",
        "name",
        ": ",
        ":\n",
        "\n",
        "\n\n",
        "  ",
        "- ",
        "? ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "# c",
        "# d\n",
        "'",
        '"',
        "on",
    ),
    *("|", "|+\n", ">2\n", "--- ", "...\n", "é", "\\", "+1", "\n  b: ", "\n- ", "\n  - ", "\r\n", "\t"),
)


@pytest.mark.no_cover
@given(st.lists(st.sampled_from(SIGNS), max_size=16))
def test_any_text_is_laid_out_once_and_for_all_or_left(signs: list[str]):
    before = "".join(["a: ", *signs]).encode()
    after = laid_out(before, "a.yaml")
    if after is not None:
        assert facts(after) == facts(before)
        assert laid_out(after, "a.yaml") == after
