"""What a rehearsal showed: whether the plan comes to its end, what it costs, and how long each moved number is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smsops.changes import Change, MoveNumber, change_to_json
from smsops.errors import ExitCode
from smsops.frozen import Frozen
from smsops.outcome import Outcome, Result, Status, result_to_json
from smsops.planned import Plan, plan_to_json
from smsops.render.documents import document
from smsops.render.plain import Paint, clean, counted, painted


class Part(Frozen):
    """The rehearsal of one account."""

    outcome: Outcome
    calls: int
    """Requests to the copy, read-back included."""
    seconds: float
    left: tuple[Change, ...]
    """What a plan after it would still change; nothing when it converges."""

    @property
    def converges(self) -> bool:
        return self.outcome.complete and not self.left

    @property
    def moves(self) -> Iterator[Result]:
        return (result for result in self.outcome.results if isinstance(result.change, MoveNumber))


class Rehearsed(Frozen):
    """A plan and what carrying it out on copies came to."""

    plan: Plan
    parts: tuple[Part, ...]
    verdict: ExitCode
    """What was decided about the plan; anything but OK means that nothing was rehearsed."""

    @property
    def exit_code(self) -> ExitCode:
        if self.verdict is not ExitCode.OK:
            return self.verdict
        return ExitCode.OK if all(part.converges for part in self.parts) else ExitCode.ERROR


def rehearsed_text(rehearsed: Rehearsed, *, color: bool) -> str:
    if rehearsed.verdict is not ExitCode.OK:
        return "Nothing was rehearsed: the plan may not be applied as it is.\n"
    lines = [line for part in rehearsed.parts if part.outcome.results or part.left for line in _lines(part)]
    return "".join(f"{line}\n" for line in lines) + painted(_end(rehearsed), Paint.STRONG, color=color) + "\n"


def _lines(part: Part) -> Iterator[str]:
    outcome = part.outcome
    done = sum(1 for result in outcome.results if result.status is Status.DONE)
    yield (
        f"Account {clean(outcome.account)}: {done} of {counted(len(outcome.results), 'change')} done on the copy, "
        f"{counted(part.calls, 'request')}, {part.seconds:.2f} s on this machine."
    )
    for result in part.moves:
        number = clean(getattr(result.change, "number", ""))
        away = "is put back" if result.off_air_s is None else f"is in no pool for {result.off_air_s:.3f} s"
        yield f"  → {number} to {clean(result.change.channel)}: {away}"
    for result in outcome.results:
        if result.error is not None:
            yield f"  failed: {result.change.action} of {clean(result.change.channel)}: {clean(result.error.message)}"
    yield from (f"  {clean(sentence)}" for sentence in outcome.differences)
    if part.left:
        yield f"  A plan after it would still hold {counted(len(part.left), 'change')}."


def _end(rehearsed: Rehearsed) -> str:
    if rehearsed.exit_code is ExitCode.OK:
        return "Rehearsed: it converges, a plan after it is empty. The account itself was only read."
    return "Rehearsed: it does not converge. The account itself was only read."


def rehearsed_json(rehearsed: Rehearsed, *, color: bool) -> str:
    return document(
        ok=rehearsed.exit_code is ExitCode.OK,
        plan=plan_to_json(rehearsed.plan),
        accounts=[_to_json(part) for part in rehearsed.parts],
    )


def _to_json(part: Part) -> dict[str, Any]:
    return {
        "account": part.outcome.account,
        "converges": part.converges,
        "api_calls": part.calls,
        "seconds": round(part.seconds, 3),
        "results": [result_to_json(result) for result in part.outcome.results],
        "differences": list(part.outcome.differences),
        "left": [change_to_json(change) for change in part.left],
    }


REHEARSED = {"text": rehearsed_text, "json": rehearsed_json}
