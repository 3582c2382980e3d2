"""Puts the errors of a YAML parser into plain sentences that say what to change."""

from __future__ import annotations

import re
from typing import Any

from smsops.diagnostics import Finding
from smsops.files.document import Document, Place, source_lines

_INDENT = "Line it up with the lines above it that belong together; use spaces."
_QUOTES = "Put the whole value in double quotes."
NO_BLANK = "Write a blank after each dash."

_LINED_UP = "Line it up with them. Or, if it goes on with the text above, put that whole text in double quotes."
_DASH = re.compile(r"\s*-(?=[A-Za-z\"'{\[+])")
"""A list item whose dash has no blank after it."""

_SENTENCES: tuple[tuple[str, str, str, bool], ...] = (
    # words of the parser, what to say, hint, whether to point at where the unfinished thing began
    ("tab character", "A tab is used as indentation.", "Use spaces; YAML does not allow tabs there.", False),
    (
        "mapping values are not allowed",
        "A colon stands where no key can be.",
        f"{_QUOTES} Or check the line above.",
        False,
    ),
    (
        "could not find expected ':'",
        "This line has no colon after its key.",
        "Write `key: value`, with a blank after the colon.",
        True,
    ),
    ("found unexpected end of stream", "The quote that opens here is never closed.", "Close it.", True),
    ("found unexpected document", "The quote that opens here is never closed.", "Close it.", True),
    (
        "escape",
        "A backslash in double quotes begins an escape that does not exist.",
        "Use single quotes, or write it twice.",
        False,
    ),
    ("hexdecimal", "An escape needs hexadecimal digits.", "Use single quotes, or write the backslash twice.", False),
    ("alphabetic or numeric", "A value cannot begin with * or &.", _QUOTES, False),
    ("',' or ']'", "The list that opens here is not closed, or lacks a comma.", "Close it with ].", True),
    ("',' or '}'", "The mapping that opens here is not closed, or lacks a comma.", "Close it with }.", True),
    (
        "expected node content",
        "A value is missing here, or the brackets do not match.",
        "Close each [ with ] and each { with }.",
        False,
    ),
    (
        "expected key",
        "This does not fit what stands above it.",
        f"{_INDENT} Text after a closing quote also does this.",
        False,
    ),
    (
        "expected '-' indicator",
        "This does not fit the list above it.",
        f"{_INDENT} List items begin with a dash.",
        False,
    ),
    (
        "sequence entries are not allowed",
        "A list cannot begin here.",
        "Put the first dash on a line of its own, below its key.",
        False,
    ),
    ("expected <block end>", "This does not fit what stands above it.", _INDENT, False),
    ("expected <document start>", "This does not belong to anything above it.", f"{_INDENT} {_QUOTES}", False),
    (
        "comment or line break",
        "Only a comment may follow | or > on its line.",
        "Begin the text on the next line.",
        False,
    ),
    ("mapping keys are not allowed", "A key cannot begin with a question mark.", _QUOTES, False),
)
_OTHERWISE = (
    "This cannot be read as YAML.",
    "Check the indentation, colons and quotes here and on the line above.",
    False,
)


def explain_syntax(error: Any, document: Document, quote: tuple[Place, int] | None = None) -> Finding:
    """One finding for the error at which the parser stopped.

    `quote` says where the last quoted text of several lines begins, and the line on which it ends. What follows it on
    that line is what stopped the parser, and the mistake is where it begins.
    """
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None) or "")
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if "tag" in context or "tag handle" in problem:
        hint = "Remove it; put quotes around a text that begins with an exclamation mark."
        return document.finding("SMS112", "A tag is not allowed.", _place(mark or began, document), hint=hint)
    if "directive" in context or "YAML document" in problem:
        message, hint = "A line that begins with % is not allowed here.", "Delete it; files are read as YAML 1.2."
        return document.finding("SMS113", message, _place(mark, document), hint=hint)
    message, hint, from_start = _sentence(problem)
    place = _place(began if from_start and began is not None else mark, document)
    if mark is not None and quote is not None and quote[1] == mark.line + 1:
        message = f"The quote that opens here is not closed before line {quote[1]}."
        return document.finding("SMS108", message, quote[0]._replace(width=1), hint="Close it at the end of its value.")
    if "cannot start any token" in problem:
        message, hint = _first_character(place, document)
    if "mapping values" in problem and (deep := _too_deep(place, document)):
        place, message, hint = deep, "This line is indented deeper than the keys above it.", _LINED_UP
    if dash := _DASH.match(source_lines(document.text)[place.line - 1]):
        place, message, hint = Place(place.line, dash.end()), "A dash without a blank begins no list item.", NO_BLANK
    return document.finding("SMS108", message, place, hint=hint)


def _too_deep(place: Place, document: Document) -> Place | None:
    """The key before the colon at `place`, when it stands deeper than the line above and no other colon is there."""
    lines = source_lines(document.text)
    head = lines[place.line - 1][: place.column - 1]
    nearby = reversed(lines[max(0, place.line - 51) : place.line - 1])
    above = next((line for line in nearby if line.strip() and not line.lstrip().startswith("#")), head)
    if ": " in head or _indent(head) <= _indent(above):
        return None
    return Place(place.line, _indent(head) + 1, len(head.strip()))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _sentence(problem: str) -> tuple[str, str, bool]:
    for words, message, hint, from_start in _SENTENCES:
        if words in problem:
            return message, hint, from_start
    return _OTHERWISE


def _first_character(place: Place, document: Document) -> tuple[str, str]:
    line = source_lines(document.text)[place.line - 1]
    character = line[place.column - 1 : place.column]
    if character == "\t":
        return "A tab is used as indentation.", "Use spaces; YAML does not allow tabs there."
    return f"A value cannot begin with {character}.", _QUOTES


def _place(mark: Any, document: Document) -> Place:
    """Where the parser stopped; a mark behind the last line is moved to the end of the last line with text."""
    lines = source_lines(document.text)
    if mark is None:
        return Place(1, 1)
    if mark.line < len(lines) and (lines[mark.line].strip() or mark.line < len(lines) - 1):
        return Place(mark.line + 1, mark.column + 1)
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    return Place(last + 1, max(1, len(lines[last].rstrip())))
