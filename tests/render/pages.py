"""Pages as a reader's browser takes them: what elements they hold, and which text stands in code and which outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

VOID = {"meta", "br", "hr"}
VERBATIM = {"code", "pre"}
COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable("table")


@dataclass
class Page(HTMLParser):
    """A parsed page. Its tags are balanced, or it is refused."""

    tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = field(default_factory=list)
    """Elements with their attributes, in order."""
    prose: list[str] = field(default_factory=list)
    """Text outside code."""
    verbatim: list[str] = field(default_factory=list)
    """Text inside code."""
    comments: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened, tag
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.verbatim if VERBATIM & set(self.opened) else self.prose).append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    @property
    def attributes(self) -> set[str]:
        return {name for _, attributes in self.tags for name, _ in attributes}

    @property
    def text(self) -> str:
        return "".join([*self.prose, *self.verbatim])


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page.opened
    return page


def shown(markdown: str) -> Page:
    """Markdown as CommonMark with tables and raw HTML reads it."""
    return parsed(COMMONMARK.render(markdown))


def outside_fences(markdown: str) -> list[str]:
    """The source lines that are not in a fence."""
    lines, ticks = [], ""
    for line in markdown.split("\n"):
        run = line[: len(line) - len(line.lstrip("`"))]
        if ticks:
            ticks = "" if line == ticks else ticks
        elif len(run) >= 3:
            ticks = run
        else:
            lines.append(line)
    assert not ticks
    return lines
