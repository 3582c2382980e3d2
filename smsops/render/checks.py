"""What `doctor` found, for people in groups and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from smsops.doctor.checks import Check, State
from smsops.frozen import Frozen
from smsops.render.documents import document
from smsops.render.plain import Paint, clean, counted, painted

_WORDS = {
    State.OK: ("ok", Paint.ADD),
    State.WARNING: ("warning", Paint.WARNING),
    State.PROBLEM: ("problem", Paint.ERROR),
    State.UNKNOWN: ("cannot be told", Paint.CHANGE),
    State.NOT_CHECKED: ("not checked", Paint.FAINT),
}
_GROUPS = {
    "git": "Git",
    "files": "Files",
    "account": "Accounts",
    "service": "Services",
    "pool": "Services",
    "campaign": "Registrations",
    "number": "Registrations",
    "webhook": "Webhooks",
}


class Examined(Frozen):
    """The result of `doctor`."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.state is not State.PROBLEM for check in self.checks)


def examined_text(examined: Examined, *, color: bool) -> str:
    parts = []
    order = list(dict.fromkeys(_GROUPS.values()))
    ranked = sorted(examined.checks, key=lambda check: order.index(_GROUPS[check.group]))
    for title, group in groupby(ranked, key=lambda check: _GROUPS[check.group]):
        parts.append(painted(title, Paint.STRONG, color=color) + "\n" + "".join(_lines(group, color=color)))
    parts.append(_summary(examined) + "\n")
    return "\n".join(parts)


def _lines(checks: Iterable[Check], *, color: bool) -> Iterable[str]:
    size = max(len(word) for word, _ in _WORDS.values())
    for check in checks:
        word, paint = _WORDS[check.state]
        where = f"{clean(check.where)}: " if check.where else ""
        label = painted(word, paint, color=color) + " " * (size - len(word))
        yield f"  {label}  {where}{clean(check.message)}\n"
        if check.hint:
            yield f"  {'':<{size}}  hint: {clean(check.hint)}\n"


def _summary(examined: Examined) -> str:
    counts = Counter(check.state for check in examined.checks)
    told = [
        counted(counts[State.PROBLEM], "problem") if counts[State.PROBLEM] else "no problem",
        counted(counts[State.WARNING], "warning"),
        f"{counts[State.UNKNOWN]:,} that cannot be told",
        f"{counts[State.NOT_CHECKED]:,} not checked",
        f"{counts[State.OK]:,} ok",
    ]
    return f"{counted(len(examined.checks), 'check')}: {', '.join(told)}."


def examined_json(examined: Examined, *, color: bool) -> str:
    counts = Counter(check.state for check in examined.checks)
    return document(
        ok=examined.ok,
        summary={str(state): counts[state] for state in State},
        checks=[_check(check) for check in examined.checks],
    )


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "state": str(check.state),
        "where": check.where,
        "message": check.message,
        "hint": check.hint,
        "code": check.code or None,
    }


EXAMINED = {"text": examined_text, "json": examined_json}
