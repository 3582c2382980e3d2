"""Small pasts built by hand: one channel, one account, and records and checks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from smsops.audit.rules import Case
from smsops.history.contents import Unsaid, Wanted
from smsops.history.recorded import Apply, Approval, Call, Check, Diff, Drift, Entry
from smsops.history.values import Chronicle, Commit, Kind, Past, Person, ProjectChange, Signature, Standing, Version
from smsops.project import AuditPolicy

SID, SERVICE = "AC1", "MG1"
A, B = "+12065550101", "+12065550102"
ADA = Person(name="Ada", email="ada@example.com")
FILE = "channels/support.yaml"
NOW = "2026-03-31T12:00:00Z"


def commit(id: str = "c1", merged_at: str = "2026-03-01T10:00:00Z", **facts: Any) -> Commit:
    return Commit(
        id=id,
        author=ADA,
        authored_at=merged_at,
        committer=ADA,
        merged_at=merged_at,
        subject="a change",
        **{"signature": Signature.SSH, **facts},
    )


def version(of: Commit | None = None, **facts: Any) -> Version:
    return Version(
        **{
            "channel": "support",
            "account": "us",
            "path": FILE,
            "commit": of or commit(),
            "kind": Kind.CHANGED,
            "standing": Standing.NOTHING_TO_APPLY,
            **facts,
        }
    )


def past(*versions: Version, fields: dict[str, str] | None = None, **facts: Any) -> Past:
    owned = {"owner.team": "care"} if fields is None else fields
    return Past(
        **{"name": "support", "path": FILE, "account": "us", "exists": True, **facts}, versions=versions, fields=owned
    )


def project_change(*diffs: Diff, of: Commit | None = None) -> ProjectChange:
    return ProjectChange(path="smsops.yaml", commit=of or commit(), diffs=diffs, accounts=None)


def approval(**facts: Any) -> Approval:
    return Approval(
        **{
            "plan_id": "sha256:0b",
            "forge": "github",
            "number": 7,
            "url": "",
            "requester": "ada",
            "authors": ("ada",),
            "approver": "bob",
            "approved_at": "",
            "merged_at": "",
            "merged_by": "",
            "separation": "kept",
            **facts,
        }
    )


def call(status: str = "done") -> Call:
    return Call(
        action="service.update",
        channel="support",
        number="",
        service_sid=SERVICE,
        klass="intended",
        risk="low",
        diffs=(),
        status=status,
    )


def apply(at: str = "2026-03-01T11:00:00Z", **facts: Any) -> Apply:
    """An approved one of a commit of the main line, unless it says otherwise."""
    return Apply(
        **{
            "path": f"records/us/{at}.json",
            "account": "us",
            "account_sid": SID,
            "server": "",
            "actor": "ci",
            "plan_id": "sha256:0b",
            "commit": "c1",
            "author": "Ada",
            "dirty": False,
            "started_at": at,
            "finished_at": at,
            "ending": "applied",
            "approval": approval(),
            "calls": (call(),),
            **facts,
        }
    )


def entry(*numbers: str, sid: str = SERVICE, **fields: str) -> Entry:
    return Entry(service_sid=sid, fields=fields, numbers=numbers)


def wanted(*numbers: str, **fields: str) -> Wanted:
    return Wanted(fields=fields, numbers=frozenset(numbers))


def drift(field: str = "webhook_url", recorded: str | None = "one", live: str | None = "two", **facts: Any) -> Drift:
    return Drift(**{"channel": "support", "service_sid": SERVICE, **facts}, field=field, recorded=recorded, live=live)


def check(at: str, *found: Drift, **facts: Any) -> Check:
    return Check(
        **{"path": f"checks/us/{at}.json", "account": "us", "account_sid": SID, "server": "", "actor": "ci", **facts},
        at=at,
        found=found,
    )


def chronicle(
    *pasts: Past,
    project: Iterable[ProjectChange] = (),
    applies: Iterable[Apply] = (),
    checks: Iterable[Check] = (),
) -> Chronicle:
    return Chronicle(head="c1", pasts=pasts, project=tuple(project), applies=tuple(applies), checks=tuple(checks))


def case(
    told: Chronicle,
    *,
    policy: AuditPolicy | None = None,
    line: Iterable[str] = ("c1", "c2", "c3"),
    says: Callable[[str, str], Wanted | Unsaid] = lambda _commit, _channel: Unsaid.NOT_KNOWN,
    counting: Iterable[str] | None = None,
) -> Case:
    """Every record counts, unless it says otherwise."""
    paths = (one.path for one in told.applies) if counting is None else counting
    return Case(
        chronicle=told,
        policy=policy or AuditPolicy(),
        now=NOW,
        line=frozenset(line),
        wanted=says,
        counting=frozenset(paths),
    )
