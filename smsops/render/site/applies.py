"""An apply in full: who ran it, who approved it, what it was to do, and what came of each call."""

from __future__ import annotations

from collections.abc import Iterator

from smsops.history.recorded import Apply, Approval, Call
from smsops.render.escape import hypertext
from smsops.render.persons import approver_of, moment
from smsops.render.site.names import Links
from smsops.render.site.parts import code, diffs, facts, items, names, paragraph, section, table, when, word

COLUMNS = ("time", "account", "ending", "changes", "who", "approver")
NO_END = "without an end"


def cells(apply: Apply) -> tuple[str, ...]:
    """What the index says of an apply, under `COLUMNS`; not clean yet."""
    changes = f"{len(apply.calls):,}"
    return moment(apply.at), apply.account, ending(apply), changes, apply.actor, approver_of(apply) or "nobody"


def ending(apply: Apply) -> str:
    return apply.ending or NO_END


def about(apply: Apply) -> str:
    """The line under the heading of an apply."""
    return (
        f"<p>{word(ending(apply))} {hypertext(names(len(apply.calls), 'change'))}, by {hypertext(apply.actor)}.</p>\n"
    )


def body(apply: Apply, links: Links, *, level: int = 2) -> str:
    """Everything about an apply below its heading."""
    return (
        section("The run", facts(run_facts(apply)), level=level)
        + section("Approval", approval(apply.approval), level=level)
        + section("Why it was not carried out", items(map(hypertext, apply.reasons)), level=level)
        + section("Plan and results", _calls(apply, links), level=level)
        + section("Verification", verification(apply), level=level)
    )


def run_facts(apply: Apply) -> Iterator[tuple[str, str]]:
    yield "ending", word(ending(apply))
    yield "run by", hypertext(apply.actor)
    yield "began", when(apply.started_at)
    yield "ended", when(apply.finished_at) if apply.finished_at else word(NO_END)
    yield "account", f"{hypertext(apply.account)} {code(apply.account_sid)}"
    yield "server", f"{hypertext(apply.server)}, which stood in for the provider" if apply.server else ""
    yield "commit", f"{code(apply.commit)} by {hypertext(apply.author)}" if apply.commit else "not known"
    yield "work tree", "with changes that are in no commit" if apply.dirty else "as committed"
    yield "plan id", code(apply.plan_id)
    yield "record", code(apply.path)
    yield "smsops", hypertext(apply.tool_version)


def approval(found: Approval | None) -> str:
    if found is None:
        return paragraph("The record tells of no approval.")
    return facts(_approval_facts(found))


_SEPARATION = {
    "kept": ": the approver is neither requester nor author",
    "broken": ": the approver is requester or author",
    "unknown": ": whether the approver is requester or author is not known",
}


def _approval_facts(found: Approval) -> Iterator[tuple[str, str]]:
    yield "approver", hypertext(found.approver) or word("nobody")
    yield "approved", when(found.approved_at) if found.approved_at else ""
    yield "separation", word(found.separation) + _SEPARATION.get(found.separation, "")
    yield "requester", hypertext(found.requester) or "not known"
    yield "authors", hypertext(", ".join(found.authors))
    # An address is shown and not linked to: a report from disk sends nobody to a place that a record names.
    yield "request", f"{hypertext(found.forge)} {found.number} {code(found.url) if found.url else ''}".rstrip()
    yield "merged", f"{when(found.merged_at)} by {hypertext(found.merged_by)}" if found.merged_at else ""
    yield "plan id", code(found.plan_id)


def _calls(apply: Apply, links: Links) -> str:
    if not apply.calls:
        return paragraph("There was nothing to change.")
    header = ("channel", "change", "differences", "result", "time", "request id", "told")
    return table("Changes with their results", header, (_cells(call, links) for call in apply.calls), noun="changes")


def _cells(call: Call, links: Links) -> tuple[str, ...]:
    moved = f"<br>from {links.channel(call.from_channel)}" if call.from_channel else ""
    number = f"<br>{hypertext(call.number)}" if call.number else ""
    kind = ", ".join(text for text in (call.klass, f"risk {call.risk}" if call.risk else "") if text)
    off_air = f"<br>{call.off_air_s:,.1f} s off air" if call.off_air_s is not None else ""
    refused = f"<br>refused: {hypertext(call.refused)}" if call.refused else ""
    return (
        links.channel(call.channel),
        f'<span class="t">{hypertext(call.action)}</span>{number}{moved}<br><span class="dim">{hypertext(kind)}</span>',
        diffs(call.diffs) or code(call.service_sid),
        word(call.status or "not attempted") + refused + off_air,
        when(call.at) if call.at else "",
        code(call.request_id) if call.request_id else "",
        hypertext(call.told),
    )


def verification(apply: Apply) -> str:
    """What reading back what was written came to."""
    if apply.differences:
        told = names(len(apply.differences), "difference")
        return paragraph(f"The read-back found {told}.") + items(map(hypertext, apply.differences))
    if apply.read_back:
        return paragraph("Everything that was written was read back, and was as desired.")
    return paragraph("What was written was not read back." if apply.wrote else "Nothing was written.")
