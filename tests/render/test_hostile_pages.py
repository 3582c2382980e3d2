"""Text of others on pages that people trust: whatever it says, it stays text inside code, and nobody is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.render.comment import comment_markdown, no_plan_markdown
from smsops.render.html import applied_html, checked_html, drift_html, failure_html, plan_html
from smsops.render.markdown import applied_markdown, checked_markdown, drift_markdown, failure_markdown, plan_markdown
from tests.render.pages import Page, outside_fences, parsed, shown
from tests.render.scenes import applied, asked, checked, compared, drawn, finding, refusal

pytestmark = pytest.mark.no_cover

HARMLESS = "zebra"

HOSTILE = [
    "`",
    "```",
    "`" * 40,
    "```\n</details>\n# Approved\n```diff",
    "~~~",
    "@octocat",
    "@octocat/everybody",
    "#1",
    "!1",
    "octo/cat#1",
    "0123456789abcdef0123456789abcdef01234567",
    ":tada:",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></code></pre></td></table>",
    "<!--",
    "-->",
    "--> <h1>Approved</h1> <!--",
    "]]>",
    "%0A::error::x",
    "::error::x",
    "\n::set-output name=a::b",
    "##[error]x",
    "\x1b[31mred\x1b[0m\x9b1m",
    "=1+1",
    "a|b",
    "|---|",
    "one\ntwo\r\nthree\x85four\u2028five",
    "\u202eevil\u2066x\u2069\u200b",
    "\x00\x07\x7f",
    "\ud800",
    "[x](javascript:alert(1))",
    "![x](https://evil.example.com/pixel)",
    "https://evil.example.com/",
    "www.evil.example.com",
    "someone@evil.example.com",
    "/close",
    "\n/approve",
    "# Heading",
    "- [ ] task",
    "> quote",
    "**bold** _em_ ~~gone~~ $x$ [^1] {+ added +}",
    "&lt;b&gt; &#64;octocat &amp;",
    "\\`\\",
    "    indented",
    "\ttab",
    '" onload="x',
    "' onload='x",
    "../../etc",
]

MARKDOWN: dict[str, Callable[[str], str]] = {
    "plan": lambda text: plan_markdown(drawn(text), color=False),
    "next command": lambda text: plan_markdown(asked(text), color=False),
    "applied": lambda text: applied_markdown(applied(text), color=False),
    "checked": lambda text: checked_markdown(checked(text), color=False),
    "drift": lambda text: drift_markdown(compared(text), color=False),
    "failure": lambda text: failure_markdown(refusal(text), findings=[finding(text)]),
    "first comment": lambda text: comment_markdown(drawn(text), key="plan", previous=None),
    "comment": lambda text: comment_markdown(
        drawn(text), key="plan", previous=comment_markdown(asked("x"), key="plan", previous=None)
    ),
    "comment after something else": lambda text: comment_markdown(drawn(text), key="plan", previous=text),
    "no plan": lambda text: no_plan_markdown(key="plan", commit=text, previous=text),
}
HTML: dict[str, Callable[[str], str]] = {
    "plan": lambda text: plan_html(drawn(text), color=False),
    "next command": lambda text: plan_html(asked(text), color=False),
    "applied": lambda text: applied_html(applied(text), color=False),
    "checked": lambda text: checked_html(checked(text), color=False),
    "drift": lambda text: drift_html(compared(text), color=False),
    "failure": lambda text: failure_html(refusal(text), findings=[finding(text)]),
}

IDS = re.compile(r"sha256:[0-9a-f]+|\.[0-9a-f]{10,}")
SHARED = {
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "code",
    "pre",
    "strong",
    "ul",
    "li",
    "h2",
}
MARKDOWN_TAGS = SHARED | {"h3", "blockquote", "b"}
HTML_TAGS = SHARED | {"html", "head", "meta", "title", "style", "body", "main", "h1", "section", "caption", "span"}


def skeleton(page: Page) -> tuple[object, ...]:
    """All that a reader takes for ours: elements, attributes, hidden comments, and text outside code."""
    prose = IDS.sub("ID", "".join(page.prose))
    return (page.tags, [IDS.sub("ID", comment) for comment in page.comments], prose)


@cache
def expected(page: str) -> tuple[object, ...]:
    return skeleton(shown(MARKDOWN[page](HARMLESS)))


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_in_markdown_it_adds_nothing_outside_code(hostile: str) -> None:
    for page, drawn_with in MARKDOWN.items():
        seen = shown(drawn_with(f"{HARMLESS}{hostile}{HARMLESS}"))
        assert HARMLESS in "".join(seen.verbatim), page
        assert HARMLESS not in "".join([*seen.prose, *seen.comments]), page
        assert skeleton(seen) == expected(page), page
        assert seen.names <= MARKDOWN_TAGS, page
        assert seen.attributes <= {"class", "style"}, page


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_no_line_of_markdown_is_a_command_and_nothing_in_it_is_a_mention_a_reference_or_an_address(
    hostile: str,
) -> None:
    for page, drawn_with in MARKDOWN.items():
        # Alone, so that it would stand at the start of a line if it could.
        written = drawn_with(hostile)
        assert shown(written).names <= MARKDOWN_TAGS, page
        assert all(line.isprintable() for line in written.split("\n")), page
        assert not re.search(r"^ *(/|::)|##\[", written, re.MULTILINE), page
        for line in outside_fences(written):
            ours = line.removeprefix("###").removeprefix("##")
            assert not re.search(r"@|(?<!&)#|!(?!--)|://|www\.|\[|~~", ours), (page, line)


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_in_html_it_is_text_and_nothing_else(hostile: str) -> None:
    for page, drawn_with in HTML.items():
        seen = parsed(drawn_with(f"{HARMLESS}{hostile}{HARMLESS}"))
        assert seen.tags == tags(page), page
        assert HARMLESS in seen.text, page
        assert seen.names <= HTML_TAGS, page
        assert seen.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "scope", "open"}, page
        assert all(line.isprintable() for line in drawn_with(hostile).split("\n")), page


@cache
def tags(page: str) -> object:
    return parsed(HTML[page](HARMLESS)).tags


@settings(max_examples=30)
@given(text=st.text(max_size=30), page=st.sampled_from(sorted(MARKDOWN)))
def test_whatever_the_text_the_markdown_around_it_is_the_same(text: str, page: str) -> None:
    assert skeleton(shown(MARKDOWN[page](f"{HARMLESS}{text}{HARMLESS}"))) == expected(page)


@settings(max_examples=30)
@given(text=st.text(max_size=30), page=st.sampled_from(sorted(HTML)))
def test_whatever_the_text_the_html_around_it_is_the_same(text: str, page: str) -> None:
    assert parsed(HTML[page](f"{HARMLESS}{text}{HARMLESS}")).tags == tags(page)


def test_the_markup_that_is_tried_here_would_work_outside_code() -> None:
    names = shown("\n\n".join(["<script>alert(1)</script>", "[x](https://a.example.com)", "# Heading"])).names
    assert {"script", "a", "h1"} <= names
