"""Text of others in a line and in a block of Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.render.escape import clipped, code, fence, hypertext
from smsops.render.plain import clean
from tests.render.pages import parsed, shown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("care +1206 (a/b), c-d", "care +1206 (a/b), c-d"),
        ("@a", "&#64;a"),
        ("_a_", "&#95;a&#95;"),
        ("a.b:c", "a&#46;b&#58;c"),
        ("|`<&>", "&#124;&#96;&#60;&#38;&#62;"),
        ("é→", "&#233;&#8594;"),
        ("\x1b[0m", "&#92;x1b&#91;0m"),
    ],
)
def test_every_character_that_could_be_markup_is_a_reference(text: str, written: str) -> None:
    assert code(text) == f"<code>{written}</code>"


@given(st.text(max_size=10))
def test_code_shows_the_clean_text_and_nothing_else(text: str) -> None:
    page = shown(f"Before {code(text)} after.")
    assert page.names == {"p", "code"}
    assert "".join(page.verbatim) == clean(text)
    assert "".join(page.prose).strip() == "Before  after."


@given(st.lists(st.text("`~/ \n<a", max_size=12), max_size=5))
def test_a_fence_shows_its_lines_and_cannot_be_left(lines: list[str]) -> None:
    written = fence(lines, "diff")
    page = shown(f"{written}After.")
    assert page.tags == [("pre", ()), ("code", (("class", "language-diff"),)), ("p", ())]
    assert "".join(page.prose).strip() == "After."
    assert len("".join(page.verbatim).splitlines()) == len(lines)


def test_a_fence_is_longer_than_every_run_of_backticks_and_at_least_three() -> None:
    assert fence(["a"]) == "```text\na\n```\n"
    assert fence(["``", "a ```` b"]) == "`````text\n``\na ```` b\n`````\n"


def test_a_slash_starts_no_line_of_a_fence_and_what_stands_below_stays_aligned() -> None:
    assert fence(["/close", "  /close", "  ^", "a/b"]) == "```text\n| /close\n| /close\n  ^\na/b\n```\n"


def test_text_that_is_too_long_says_how_long_it_is() -> None:
    assert clipped("a" * 10, 10) == "a" * 10
    assert clipped("a" * 2_000, 10) == "a" * 10 + "… (2,000 characters)"
    assert code("a" * 101) == "<code>" + "a" * 100 + "&#8230; (101 characters)</code>"


def test_hypertext_is_safe_in_an_attribute_too() -> None:
    assert hypertext("\"'<>&\x1b") == "&quot;&#x27;&lt;&gt;&amp;\\x1b"
    assert parsed(f'<p class="{hypertext(chr(34))} onload=x">a</p>').tags == [("p", (("class", '" onload=x'),))]
