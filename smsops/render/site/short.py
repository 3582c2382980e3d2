"""Channels and applies in short, for a single file that holds thousands of them: a line a version, names for calls.

Optional end tags and quotes are left out, and what is usual is not repeated; the head of each list says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from smsops.history.recorded import Apply, Approval, Call, Diff
from smsops.history.values import Kind, Past, Standing, Version
from smsops.render.escape import hypertext
from smsops.render.past import what_words
from smsops.render.persons import moment
from smsops.render.site.applies import verification
from smsops.render.site.channels import source
from smsops.render.site.compared import Comparison, Row, rows_of
from smsops.render.site.live import Live
from smsops.render.site.names import Links
from smsops.render.site.usual import Stem, Usual, is_one_word, stem_of

_DONE = ("done", "already-done")
LEFT_OUT = (
    '<p class="dim">In short: of calls that are done, times, differences and request ids are left out, and so is the '
    "subject of a commit. They are in the report of many files, and in the records.</p>\n"
)


def legend(usual: Usual) -> str:
    """How to read a line of a timeline."""
    committer = f"The committer is {usual.committer}" if usual.committer else "The committer is the author"
    lines = (
        "A line of a timeline has: merged, live (a time alone is of the same day), commit, request, author, ✓ approver "
        "and what changed. Minutes and ten characters of a commit are shown.",
        "A change without a key is of the address whose end is bold above the lines: it shows the ends, old → new, and "
        "what comes before them, the host included, is the same in both.",
        f"{committer}, the signature is “{usual.signature or 'not signed'}”, the approver is somebody else than "
        f"requester and authors, and the provider is “{usual.provider}”, where nothing else is said. What is live is "
        "what the last record of the account says (Accounts). What an account has by default is left out.",
    )
    return "".join(f'<p class="dim">{hypertext(line)}</p>\n' for line in lines)


def channel(past: Past, live: Live, links: Links, usual: Usual) -> str:
    """What a channel's part holds."""
    stem = stem_of(past)
    said = "" if live.entry else source(past, live, links)
    lines = "".join(f"<li>{_line(version, links, usual, stem)}" for version in reversed(past.versions))
    return f"{said}{_compared(past, live, usual, stem)}{_drift(live)}<ol>{lines}</ol>"


def _compared(past: Past, live: Live, usual: Usual, stem: Stem) -> str:
    rows = [row for row in rows_of(past, live.entry) if row.comparison is not Comparison.DEFAULT]
    same = ", ".join(row.key for row in rows if row.is_number and row.comparison is Comparison.SAME)
    told = "".join(_row(row, stem) for row in rows if _is_told(row, usual))
    if stem.text and not stem.rest(past.fields.get(stem.field)):
        told += f"<dt>{hypertext(stem.field)} was<dd>{hypertext(stem.text)}<b>…</b>"
    if same:
        told += f"<dt>numbers<dd>{hypertext(same)}"
    return f"<dl>{told}</dl>" if told else ""


def _is_told(row: Row, usual: Usual) -> bool:
    """Not what stands in the line of the channel, nor what is usual; equal numbers are told in one row."""
    if row.comparison is Comparison.SAME and row.is_number:
        return False
    return row.key not in ("name", "account") and (row.key, row.approved) != ("provider", usual.provider)


def _row(row: Row, stem: Stem) -> str:
    key = hypertext(row.key)
    end = stem.rest(row.approved) if row.key == stem.field else ""
    approved = f"{hypertext(stem.text)}<b>{hypertext(end)}</b>" if end else _side(row, row.approved)
    if row.comparison is Comparison.DIFFERS:
        return f"<dt>{key}<dd class=x><b class=bad>differs</b>: approved {approved}, live {_side(row, row.live)}"
    note = f" ({row.comparison})" if row.comparison is Comparison.NOT_WIRED else ""
    return f"<dt>{key}<dd>{approved}{note}"


def _side(row: Row, text: str | None) -> str:
    return "in the pool" if row.is_number and text is not None else _value(text)


def _value(text: str | None) -> str:
    """A value; one of several words is set apart from the words of the line."""
    if not text:
        return "(not there)" if text is None else "(none)"
    return hypertext(text) if is_one_word(text) else f"<code>{hypertext(text)}</code>"


def _drift(live: Live) -> str:
    if live.check is None or not live.drift:
        return ""
    found = "; ".join(f"{_value(one.field)} {_value(one.recorded)} → {_value(one.live)}" for one in live.drift)
    since = " Something was applied since." if live.is_older_check else ""
    return f"<p class=x><b class=bad>drift</b> found at {hypertext(moment(live.check.at))}: {found}.{since}</p>"


def _line(version: Version, links: Links, usual: Usual, stem: Stem) -> str:
    commit = version.commit
    words = [_minute(commit.merged_at), _live(version, links), hypertext(commit.id[:10])]
    if commit.request:
        words.append(hypertext(commit.request))
    words.append(hypertext(commit.author.name or commit.author.email))
    words += _approved(version)
    extra = "".join(f", {hypertext(text)}" for text in _extra(version, usual))
    changed = ", ".join(_diff(diff, stem) for diff in version.diffs)
    return " ".join(words) + extra + (f": {changed}" if changed else "")


def _minute(at: str) -> str:
    return hypertext(f"{at[:10]} {at[11:16]}" if len(at) >= 20 else at or "unknown time")


def _live(version: Version, links: Links) -> str:
    apply = version.apply
    if apply is None:
        return f"<b class=warn>{hypertext(version.standing)}</b>"
    merged = version.commit.merged_at[:10]
    at = hypertext(apply.at[11:16]) if apply.at[:10] == merged and len(apply.at) >= 20 else _minute(apply.at)
    link = links.apply(apply.path, at)
    return link if version.standing is Standing.LIVE else f"<b class=warn>{hypertext(version.standing)}</b> {link}"


def _approved(version: Version) -> Iterator[str]:
    if version.apply is None:
        return
    approval = version.apply.approval
    if approval is None or not approval.approver:
        yield "<b class=warn>no approver</b>"
    else:
        yield f"✓{hypertext(approval.approver)}"
        if approval.separation != "kept":
            yield f"<b class=warn>(separation {hypertext(approval.separation)})</b>"


def _extra(version: Version, usual: Usual) -> Iterator[str]:
    if version.kind is not Kind.CHANGED:
        yield what_words(version)
    yield from usual.otherwise(version.commit)
    for one in version.commit.brought:
        yield f"brought {one.id[:10]} by {one.author}"


def _diff(diff: Diff, stem: Stem) -> str:
    name, before, after = f"{_value(diff.field)} ", _value(diff.before), _value(diff.after)
    if diff.field == stem.field:
        ends = stem.rest(diff.before), stem.rest(diff.after)
        if all(ends):
            name, before, after = "", *map(hypertext, ends)
    if diff.before is None:
        return f"+ {name}{'' if diff.is_number else after}".rstrip()
    if diff.after is None:
        return f"- {name}{'' if diff.is_number else before}".rstrip()
    return f"{name}{before} → {after}"


def apply(one: Apply, links: Links) -> str:
    """What an apply's part holds: what is done is grouped, what is not stands by itself."""
    run = (
        f"<p>Plan {hypertext(one.plan_id)}, commit {hypertext(one.commit[:12]) or 'unknown'}"
        f"{' with changes that are in no commit' if one.dirty else ''}, began {hypertext(moment(one.started_at))}, "
        f"record {hypertext(one.path)}.{_approval(one.approval)}</p>"
    )
    reasons = "".join(f"<li>{hypertext(reason)}" for reason in one.reasons)
    read_back = "<p>Read back: as desired.</p>" if one.read_back and not one.differences else verification(one)
    return run + (f"<ul>{reasons}</ul>" if reasons else "") + "".join(_calls(one, links)) + read_back


def _approval(found: Approval | None) -> str:
    if found is None:
        return " The record tells of no approval."
    separation = "" if found.separation == "kept" else f", separation {found.separation}"
    asked = f"Asked for by {found.requester or 'nobody known'} in {found.forge} {found.number}"
    approved = f", approved {_minute(found.approved_at)}" if found.approved_at else ", not approved"
    return f" {hypertext(asked)}{approved}{hypertext(separation)}."


def _calls(one: Apply, links: Links) -> Iterator[str]:
    def kind(call: Call) -> tuple[str, str]:
        return call.action, call.status

    done = sorted((call for call in one.calls if call.status in _DONE), key=kind)
    for (action, status), group in groupby(done, key=kind):
        listed = ", ".join(_named(call) for call in group)
        yield f"<p>{hypertext(action)}, {hypertext(status)}:<p class=n>{listed}</p>"
    rest = [call for call in one.calls if call.status not in _DONE]
    if rest:
        yield f"<ul>{''.join(f'<li>{_undone(call, links)}' for call in rest)}</ul>"


def _named(call: Call) -> str:
    moved = f" from {call.from_channel}" if call.from_channel else ""
    off_air = f" ({call.off_air_s:.1f} s off air)" if call.off_air_s else ""
    return hypertext(f"{call.channel}{f' {call.number}' if call.number else ''}{moved}{off_air}")


def _undone(call: Call, links: Links) -> str:
    status = hypertext(call.status or "not attempted")
    told = hypertext(f"{moment(call.at) if call.at else ''} {call.request_id}".strip())
    refused = f", refused: {hypertext(call.refused)}" if call.refused else ""
    number = f" {hypertext(call.number)}" if call.number else ""
    changed = ", ".join(_diff(diff, Stem()) for diff in call.diffs)
    return (
        f"<b class=bad>{status}</b>{refused}: {hypertext(call.action)} {links.channel(call.channel)}{number} "
        f"{told} {hypertext(call.told)} {changed}".rstrip()
    )
