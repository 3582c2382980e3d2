"""The population of a period, or a sample of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smsops.audit.population import Item, Period
from smsops.frozen import Frozen
from smsops.history.recorded import Apply
from smsops.history.values import ProjectChange, Version
from smsops.render.csv import csv_table
from smsops.render.documents import document
from smsops.render.escape import code
from smsops.render.past import approval_to_json, commit_to_json, diffs_to_json, version_to_json
from smsops.render.persons import approver_of, moment
from smsops.render.plain import clean, counted, table


class Listed(Frozen):
    """What `audit log` and `audit sample` show."""

    items: Sequence[Item]
    period: Period
    population: int
    size: int | None = None
    """Of a sample."""
    seed: str = ""


def who(item: Item) -> str:
    """Who made it: the author of a change, the actor of an apply."""
    return item.subject.actor if isinstance(item.subject, Apply) else str(item.subject.commit.author)


def approver(item: Item) -> str:
    """Whom the record of an apply, or of the one that made a change live, names as approver."""
    match item.subject:
        case Apply() as apply:
            return approver_of(apply)
        case Version(apply=apply):
            return approver_of(apply)
        case _:
            return ""


def reference(item: Item) -> str:
    """Where to look: the commit, or the record."""
    return item.subject.path if isinstance(item.subject, Apply) else item.subject.commit.id


def closing(listed: Listed) -> str:
    """The counts, and for a sample how it is drawn again."""
    period = f"from {listed.period.since or 'the beginning'} to {listed.period.until or 'now'}"
    if listed.size is None:
        return f"{counted(listed.population, 'item')} {period}."
    drawn = f"{len(listed.items):,} of {counted(listed.population, 'item')} {period}"
    return f"{drawn}, drawn with size {listed.size} and seed {listed.seed!r}."


def listed_text(listed: Listed, *, color: bool) -> str:
    rows = (
        (
            *(moment(item.at), item.what, item.account, item.channel, item.summary, who(item), approver(item)),
            reference(item) if isinstance(item.subject, Apply) else reference(item)[:12],
        )
        for item in listed.items
    )
    header = ("TIME", "WHAT", "ACCOUNT", "CHANNEL", "SUMMARY", "WHO", "APPROVER", "COMMIT OR RECORD")
    return (table(header, rows, color=color) + "\n" if listed.items else "") + clean(closing(listed)) + "\n"


def listed_markdown(listed: Listed, *, color: bool) -> str:
    rows = "".join(
        f"| {code(moment(item.at))} | {item.what} | "
        + " | ".join(
            code(cell, 200)
            for cell in (item.account, item.channel, item.summary, who(item), approver(item), reference(item))
        )
        + " |\n"
        for item in listed.items
    )
    head = "| time | what | account | channel | summary | who | approver | commit or record |\n" + "|---" * 8 + "|\n"
    return f"{head}{rows}\n{code(closing(listed), 500)}\n"


COLUMNS = ("id", "at", "what", "account", "channel", "summary", "who", "approver", "commit_or_record")


def listed_csv(listed: Listed, *, color: bool) -> str:
    return csv_table(COLUMNS, map(cells, listed.items))


def cells(item: Item) -> tuple[str, ...]:
    """A row under `COLUMNS`."""
    head = (item.id, item.at, item.what, item.account, item.channel, item.summary)
    return (*head, who(item), approver(item), reference(item))


def listed_json(listed: Listed, *, color: bool) -> str:
    return document(
        since=listed.period.since or None,
        until=listed.period.until or None,
        population=listed.population,
        size=listed.size,
        seed=listed.seed or None,
        items=[item_to_json(item) for item in listed.items],
    )


def item_to_json(item: Item) -> dict[str, Any]:
    """An item with everything that is known of it."""
    head = {"id": item.id, "at": item.at, "what": item.what, "account": item.account, "channel": item.channel or None}
    match item.subject:
        case Version() as version:
            return {**head, "summary": item.summary, "change": version_to_json(version)}
        case ProjectChange() as change:
            told = {"path": change.path, "commit": commit_to_json(change.commit), "diffs": diffs_to_json(change.diffs)}
            return {**head, "summary": item.summary, "project": {**told, "problem": change.problem or None}}
        case Apply() as apply:
            return {**head, "summary": item.summary, "apply": apply_to_json(apply)}


def apply_to_json(apply: Apply) -> dict[str, Any]:
    """An apply with each of its calls."""
    names = ("account", "account_sid", "server", "actor", "plan_id", "commit", "author", "dirty", "started_at")
    return {
        "record": apply.path,
        **{name: getattr(apply, name) for name in names},
        "tool_version": apply.tool_version,
        "finished_at": apply.finished_at or None,
        "ending": apply.ending or None,
        "approval": approval_to_json(apply.approval),
        "reasons": list(apply.reasons),
        "read_back": apply.read_back,
        "differences": list(apply.differences),
        "calls": [
            {
                "action": call.action,
                "channel": call.channel,
                "number": call.number or None,
                "service_sid": call.service_sid or None,
                "class": call.klass,
                "risk": call.risk,
                "diffs": diffs_to_json(call.diffs),
                "status": call.status or None,
                "at": call.at or None,
                "request_id": call.request_id or None,
                "told": call.told or None,
                "off_air_s": call.off_air_s,
                "from_channel": call.from_channel or None,
                "refused": call.refused or None,
            }
            for call in apply.calls
        ],
    }


LISTED = {"text": listed_text, "json": listed_json, "markdown": listed_markdown, "csv": listed_csv}
