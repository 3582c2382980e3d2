"""What `adopt` wrote, what it left out and why; or, where the plan after it would not be empty, what is in the way."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from smsops.adopting.found import Beside, Draft, Drawn, Handover, LeftOut, Moved, Of, Same
from smsops.diagnostics import Finding, finding_to_json, has_errors
from smsops.frozen import Frozen
from smsops.masking import masked
from smsops.planned import plan_to_json
from smsops.render.documents import document
from smsops.render.drawn import Drawn as DrawnPlan
from smsops.render.findings import findings_text
from smsops.render.plain import Paint, clean, counted, painted
from smsops.render.text import plan_text, shown

T = TypeVar("T", Beside, Draft, LeftOut, Same)


class Adopted(Frozen):
    """One run: every service that was looked at, and the plan of what the files would say."""

    drawn: tuple[Drawn, ...]
    plan: DrawnPlan
    findings: tuple[Finding, ...]
    """Errors that the files would have."""
    next_words: tuple[str, ...] = ()
    """The command that shows the plan."""
    terraform: Handover | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the plan is empty. What waits for a channel that left git before is no reason to write nothing."""
        plan = self.plan.plan
        waiting = any(held.change.channel in self.plan.channels for held in plan.held_back)
        return not (plan.changes or waiting or self.findings or has_errors(plan.findings))

    @property
    def files(self) -> tuple[Draft, ...]:
        """The files to write."""
        return self._all(Draft)

    @property
    def known(self) -> frozenset[str]:
        """SIDs of the services whose files say what they are."""
        return frozenset({one.of.sid for one in self.files} | {one.of.sid for one in self.same})

    def _all(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(one for one in sorted(self.drawn, key=_place) if isinstance(one, kind))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        return self._all(LeftOut)

    @property
    def beside(self) -> tuple[Beside, ...]:
        return self._all(Beside)

    @property
    def same(self) -> tuple[Same, ...]:
        return self._all(Same)


def _place(one: Drawn) -> tuple[str, str, str]:
    return one.of.sort_key


def adopted_text(adopted: Adopted, *, color: bool) -> str:
    told = [] if adopted.is_empty or not adopted.files else ["Would be written:"]
    parts = ["".join(f"{line}\n" for line in [*told, *_files(adopted.files, color=color)])]
    parts.append(_listed("Left out; nothing is written of it:", ((o.of, o.reason) for o in adopted.left_out)))
    parts.append(_listed("Kept by the service, and in no file:", ((o.of, o.what) for o in adopted.beside)))
    if not adopted.is_empty:
        parts.append(findings_text(adopted.findings, color=color))
        parts.append("The plan after it would be:\n\n" + plan_text(adopted.plan, color=color))
    if adopted.terraform is not None:
        parts.append("".join(f"{line}\n" for line in _handover(adopted.terraform)))
    parts.append("".join(f"{line}\n" for line in _end(adopted, color=color)))
    return "\n".join(part for part in parts if part)


def _files(files: Iterable[Draft], *, color: bool) -> Iterator[str]:
    for one in files:
        sign, paint = ("+", Paint.ADD) if one.before is None else ("~", Paint.CHANGE)
        yield painted(f"{sign} {clean(one.path)}", paint, color=color) + f"  {_name(one.of)}"
        yield from (f"    {_moved(change)}" for change in one.moved)


def _moved(change: Moved) -> str:
    if change.what == "phone_numbers":
        return f"+ number {clean(change.after)}" if change.before is None else f"- number {clean(change.before)}"
    return f"{clean(change.what)}: {shown(change.before)} → {shown(change.after)}"


def _name(of: Of) -> str:
    return f"{clean(of.sid)} '{clean(of.name)}' (account {clean(of.account)})"


def _listed(heading: str, told: Iterable[tuple[Of, str]]) -> str:
    lines = [f"  {_name(of)}: {clean(what)}" for of, what in told]
    return "".join(f"{line}\n" for line in [heading, *lines]) if lines else ""


def _handover(terraform: Handover) -> Iterator[str]:
    for heading, lines in (
        ("In the Terraform state, and not live:", terraform.missing),
        ("In the Terraform state without a SID:", terraform.unclear),
        (
            "Senders that smsops does not manage; Terraform keeps them, and needs the service's SID as text:",
            terraform.kept,
        ),
    ):
        if lines:
            yield heading
            yield from (f"  {clean(line)}" for line in lines)
    if terraform.removals:
        yield "Take them out of Terraform: delete their resource blocks, then run"
        yield from (f"  {clean(command)}" for command in terraform.removals)


def _end(adopted: Adopted, *, color: bool) -> Iterator[str]:
    left = f" {counted(len(adopted.left_out), 'service')} left out." if adopted.left_out else ""
    if not adopted.is_empty:
        yield painted(f"Nothing was written: the plan after it would not be empty.{left}", Paint.STRONG, color=color)
        yield (
            "A channel that is not live yet, or asks for more than is live, has to be applied or taken out of its file "
            "first."
        )
        return
    new = sum(1 for one in adopted.files if one.before is None)
    merged = len(adopted.files) - new
    same = len(adopted.same)
    told = [f"{counted(new, 'file')} written"] if new else []
    told += [f"{counted(merged, 'file')} changed"] if merged else []
    told += [f"{counted(same, 'file')} {'says' if same == 1 else 'say'} already what is live"] if same else []
    if not told and left:
        yield painted(f"Nothing was adopted, for the reasons above.{left}", Paint.STRONG, color=color)
        return
    counts = ", ".join(told) or "nothing to write"
    yield painted(f"Adopted: {counts}. The plan after it is empty.{left}", Paint.STRONG, color=color)
    if adopted.files and adopted.next_words:
        yield f"Next: {clean(shlex.join(adopted.next_words))}"


def adopted_json(adopted: Adopted, *, color: bool) -> str:
    """`files` are those that were written; where `ok` is false, those that would have been."""
    facts: dict[str, Any] = {
        "files": [_draft(one) for one in adopted.files],
        "same": [{**_of(one.of), "path": one.path} for one in adopted.same],
        "left_out": [{**_of(one.of), "reason": one.reason} for one in adopted.left_out],
        "beside": [{**_of(one.of), "what": one.what} for one in adopted.beside],
        "plan": plan_to_json(adopted.plan.plan),
        "findings": [finding_to_json(finding) for finding in adopted.findings],
    }
    if adopted.terraform is not None:
        facts["terraform"] = {
            "commands": list(adopted.terraform.removals),
            "kept": list(adopted.terraform.kept),
            "missing": list(adopted.terraform.missing),
            "unclear": list(adopted.terraform.unclear),
        }
    return document(ok=adopted.is_empty, **facts)


def _of(of: Of) -> dict[str, Any]:
    return {"account": of.account, "service_sid": of.sid, "friendly_name": of.name}


def _draft(one: Draft) -> dict[str, Any]:
    changes = [{"field": m.what, "before": masked(m.before), "after": masked(m.after)} for m in one.moved]
    return {**_of(one.of), "path": one.path, "is_new": one.before is None, "changes": changes}


ADOPTED = {"text": adopted_text, "json": adopted_json}
