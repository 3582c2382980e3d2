"""What a schema cannot say of one file: whether a URL is one that Twilio may call, and whether a number stands in the
list twice.

These checks look at whatever has the right kind, so that they also speak about files in which something else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smsops.diagnostics import Finding, Severity
from smsops.files.document import Document, Path, quoted
from smsops.files.urls import url_problem

URL_KEYS = ("webhook_url", "fallback_url", "status_callback_url")


def channel_findings(document: Document) -> Iterator[Finding]:
    """What is wrong in one file beyond its schema."""
    value = document.value
    if not isinstance(value, dict):
        return
    for key in URL_KEYS:
        url = value.get(key)
        if isinstance(url, str) and (problem := url_problem(url)):
            yield document.finding(problem.code, f"{key} {problem.message}", (key,), hint=problem.hint)
    if value.get("direction") == "outbound":
        yield from _not_wired(document, value)
    yield from _declared_twice(document)


def _not_wired(document: Document, value: Mapping[str, object]) -> Iterator[Finding]:
    for key in ("webhook_url", "fallback_url"):
        if value.get(key) is not None:
            message = f"{key} is not used: with direction outbound replies are dropped."
            hint = f"Remove {key}, or change the direction to inbound-and-outbound."
            yield document.finding("SMS225", message, (key,), key=True, hint=hint, severity=Severity.WARNING)


def _declared_twice(document: Document) -> Iterator[Finding]:
    declared = declared_numbers(document)
    if len({number for number, _ in declared}) == len(declared):
        return
    seen: dict[str, Path] = {}
    for number, path in declared:
        first = seen.setdefault(number, path)
        if first is not path:
            message = f"The number {quoted(number)} is already on line {document.place(first).line}."
            yield document.finding("SMS211", message, path, hint="Keep one of the two.")


def declared_numbers(document: Document) -> list[tuple[str, Path]]:
    """The numbers of a file with their places, whether or not they are valid."""
    value = document.value
    entries = value.get("phone_numbers") if isinstance(value, dict) else None
    declared: list[tuple[str, Path]] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, str):
            declared.append((entry, ("phone_numbers", index)))
        elif isinstance(entry, dict) and isinstance(number := entry.get("number"), str):
            declared.append((number, ("phone_numbers", index, "number")))
    return declared
