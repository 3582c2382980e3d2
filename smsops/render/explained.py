"""Codes of smsops and error numbers of a provider, explained."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from smsops.explanations import Code, ErrorNumber
from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import Paint, clean_lines, painted, table

_WIDTH = 100


class Number(Frozen):
    """An error number, whose it is, and the codes of ours that it leads to."""

    provider: str
    """Its name in a file."""
    error: ErrorNumber
    codes: tuple[Code, ...]


class Explained(Frozen):
    """What was asked for: one code, one number, or all of both."""

    codes: tuple[Code, ...] = ()
    numbers: tuple[Number, ...] = ()


def explained_text(explained: Explained, *, color: bool) -> str:
    """One entry in full, or a table of all."""
    match explained:
        case Explained(codes=(code,), numbers=()):
            return _code_text(code, color=color)
        case Explained(codes=(), numbers=(number,)):
            return _number_text(number, color=color)
        case _:
            codes = table(("CODE", "TITLE"), [(code.code, code.title) for code in explained.codes], color=color)
            rows = [(each.provider, str(each.error.number), each.error.title) for each in explained.numbers]
            return f"{codes}\n{table(('PROVIDER', 'NUMBER', 'TITLE'), rows, color=color)}"


def explained_json(explained: Explained, *, color: bool) -> str:
    return document(
        codes=[
            {"code": code.code, "title": code.title, "why": code.why, "bad": code.bad, "good": code.good}
            for code in explained.codes
        ],
        error_numbers=[_number_to_json(number) for number in explained.numbers],
    )


def _number_to_json(number: Number) -> dict[str, Any]:
    error = number.error
    return {
        "provider": number.provider,
        "number": error.number,
        "title": error.title,
        "meaning": error.meaning,
        "smsops": error.smsops,
        "person": error.person,
        "codes": list(error.codes),
        "link": error.link,
    }


def _code_text(code: Code, *, color: bool) -> str:
    head = painted(f"{code.code}: {code.title}", Paint.STRONG, color=color)
    examples = "\n\n".join(
        f"{title}\n{textwrap.indent(clean_lines(text.rstrip()), '    ')}"
        for title, text in (("Bad:", code.bad), ("Good:", code.good))
        if text
    )
    return f"{head}\n\n{textwrap.fill(code.why, _WIDTH)}\n\n{examples}\n"


def _number_text(number: Number, *, color: bool) -> str:
    error = number.error
    head = painted(f"{number.provider} error {error.number}: {error.title}", Paint.STRONG, color=color)
    parts = [head, textwrap.fill(error.meaning, _WIDTH)]
    parts += [
        f"{title}\n{textwrap.fill(text, _WIDTH, initial_indent='    ', subsequent_indent='    ')}"
        for title, text in (("What smsops does:", error.smsops), ("What you do:", error.person))
    ]
    parts.append("\n".join(_leads_to(number)))
    return "\n\n".join(parts) + "\n"


def _leads_to(number: Number) -> Iterator[str]:
    for place, code in enumerate(number.codes):
        yield f"{'See also' if place else 'Leads to'} {code.code}: {code.title} (smsops explain {code.code})."
    yield f"The provider's own page: {number.error.link}"


EXPLAINED = {"text": explained_text, "json": explained_json}
