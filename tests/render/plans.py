"""Plans, outcomes and drift of a size and a kind, and the page of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from smsops.changes import Change, CreateService, FieldDiff, Risk
from smsops.diagnostics import Finding
from smsops.drift import Drifted
from smsops.errors import ExitCode
from smsops.frozen import replace
from smsops.model import AccountEvent
from smsops.outcome import Outcome, Result, Status
from smsops.planned import AccountPlan, Aim, HeldBack, Plan
from smsops.render.applied import Applied
from smsops.render.cutting import LIMIT, size
from smsops.render.drawn import Drawn
from smsops.render.markdown import plan_markdown
from tests.render.scenes import refusal
from tests.render.test_text import ATTACH, CHANNEL, DETACH, SID, UPDATE

NUMBER = re.compile(r"\+1\d{10}")


def drawn(*changes: Change, held: tuple[HeldBack, ...] = (), findings: tuple[Finding, ...] = (), **facts: str) -> Drawn:
    account = AccountPlan(
        account="us",
        account_sid="AC",
        changes=changes,
        held_back=held,
        findings=findings,
        aims=(Aim(channel="care", service_sid=SID),),
        idle=frozenset({"a", "b"}),
    )
    plan = Plan(accounts=(account,), created_at="", expires_at=facts.get("until", ""), commit=facts.get("commit"))
    return Drawn(plan=plan, channels={CHANNEL.name: CHANNEL}, next_command="smsops apply")


def page(*changes: Change, **parts: object) -> str:
    text = plan_markdown(drawn(*changes, **parts), color=False)  # type: ignore[arg-type]
    assert size(text) <= LIMIT
    return text


def many(count: int, *, detached: int) -> list[Change]:
    """Channels that each change their webhook and get a number; the first ones lose a number, too."""
    found: list[Change] = []
    for index in range(count):
        about: dict[str, Any] = {"channel": f"larkspur-dental-{index:03}", "service_sid": f"MG{index:032}"}
        old, new = (f"https://{word}.example.com/{index}" for word in ("old", "new"))
        fields = (FieldDiff(name="webhook_url", field="webhook_url", before=old, after=new),)
        found.append(replace(UPDATE, **about, fields=fields, risk=Risk.MEDIUM))
        found.append(replace(ATTACH, **about, number=f"+1206555{index:04}"))
        if index < detached:
            found.append(replace(DETACH, **about, number=f"+1306555{index:04}"))
    return found


def removed(text: str) -> list[str]:
    """The numbers that the page says leave a pool."""
    part = text.partition("### Removals")[2].partition("\n```\n")[0]
    return NUMBER.findall(part)


PLAN = Plan(accounts=(), created_at="", expires_at="")
DONE = Result(change=CreateService(account="us", channel="care", fields=()), status=Status.DONE, service_sid="MG1")
FAILED = Result(change=ATTACH, status=Status.FAILED, error=refusal("The pool is full."))
WAITING = Result(change=ATTACH, status=Status.NOT_ATTEMPTED, reason="An earlier change of care failed.")
ALREADY = Result(change=UPDATE, status=Status.ALREADY_DONE)


def applied(
    *results: Result, plan: Plan = PLAN, verdict: ExitCode = ExitCode.OK, differences: Iterable[str] = ()
) -> Applied:
    outcome = Outcome(account="us", results=results, differences=tuple(differences))
    return Applied(plan=plan, outcomes=(outcome,), verdict=verdict)


EVENT = AccountEvent(at="2026-05-05T12:00:00Z", resource_sid="", event_type="", actor="US1", source="web")


def drift(what: str, before: str | None, after: str | None, *, channel: str = "care") -> Drifted:
    return Drifted(account="us", channel=channel, service_sid=SID, what=what, before=before, after=after, event=EVENT)
