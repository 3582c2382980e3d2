"""How findings look, and that the caret stays under what it points at."""

from __future__ import annotations

import pytest

from smsops.diagnostics import Finding, Location, Severity
from smsops.render.findings import Checked, checked_text, counts_text, findings_text


def finding(excerpt: str | None = None, *, column: int = 1, width: int = 1, path: str = "a.yaml") -> Finding:
    return Finding(
        code="SMS204",
        message="direction is wrong.",
        location=Location(path=path, line=4, column=column),
        hint="Use inbound.",
        excerpt=excerpt,
        width=width,
    )


def test_a_finding_is_place_severity_code_message_excerpt_and_hint() -> None:
    assert findings_text([finding("direction: both", column=12, width=4)], color=False) == (
        "a.yaml:4:12: error SMS204: direction is wrong.\n"
        "    direction: both\n"
        "               ^^^^\n"
        "    hint: Use inbound.\n"
    )


@pytest.mark.parametrize(
    ("line", "column", "size", "marked"),
    [
        ("key: value", 6, 5, "value"),
        ("\tkey: value", 7, 5, "value"),
        ("\x1bkey: value", 7, 5, "value"),
        ("x" * 500 + "value" + "y" * 500, 501, 5, "value"),
        ("key:", 5, 1, ""),
        ("key: value", 6, 500, "value"),
    ],
)
def test_the_caret_stands_under_what_it_marks(line: str, column: int, size: int, marked: str) -> None:
    _, source, caret, *_ = findings_text([finding(line, column=column, width=size)], color=False).splitlines()
    start, end = caret.index("^"), len(caret)
    assert source[start:end] == marked
    assert len(source) < 300


def test_the_caret_counts_wide_characters_twice() -> None:
    _, source, caret, *_ = findings_text([finding("名前: x", column=5)], color=False).splitlines()
    assert (source, caret) == ("    名前: x", "          ^")


def test_findings_are_sorted_by_place_and_set_apart() -> None:
    text = findings_text([finding(path="b.yaml"), finding(path="a.yaml")], color=False)
    assert text.index("a.yaml") < text.index("b.yaml")
    assert "\n\nb.yaml" in text


def test_colour_only_repeats_the_words() -> None:
    found = [finding("direction: both", column=12, width=4)]
    colored = findings_text(found, color=True)
    assert colored != findings_text(found, color=False)
    for code in ("\x1b[1;31m", "\x1b[0m"):
        colored = colored.replace(code, "")
    assert colored == findings_text(found, color=False)


def test_counts_name_both_severities() -> None:
    warning = Finding(code="SMS1", message="m", location=Location(path="a"), severity=Severity.WARNING)
    assert counts_text([finding(), finding(), warning]) == "2 errors, 1 warning"
    assert counts_text([]) == ""


def test_a_single_channel_is_valid_in_the_singular() -> None:
    assert checked_text(Checked(findings=(), files=2, channels=1), color=False) == "1 channel is valid.\n"
