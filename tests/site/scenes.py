"""Projects with a past, of any size: the same size gives the same values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import replace
from smsops.history.recorded import Apply, Approval, Call, Check, Diff, Drift, Entry
from smsops.history.values import (
    Chronicle,
    Commit,
    Kind,
    Past,
    Person,
    ProjectChange,
    Signature,
    Standing,
    Verdict,
    Version,
)

_PEOPLE = tuple(
    Person(name=name, email=f"{name.split()[0].lower()}@example.com")
    for name in ("Ada Lovelace", "Grace Hopper", "Mary Jackson", "Radia Perlman", "Karen Sparck Jones", "Sophie Wilson")
)
_FORGE = Person(name="GitHub", email="noreply@github.com")
_PLACES = ("ballard", "capitol-hill", "fremont", "georgetown", "larkspur", "magnolia", "northgate", "ravenna")
_USES = ("reminders", "otp", "recalls", "billing", "alerts")
_BEGUN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def project(channels: int, versions: int, applies: int, calls: int) -> Chronicle:
    """Channels with their versions, each brought about by one call of an apply; something of everything besides."""
    return Project(channels, versions, applies, calls).chronicle()


def findings(count: int = 3) -> tuple[Finding, ...]:
    found = [
        Finding(
            code="SMS612",
            message=f"Commit {_digest('commit', nth)[:12]} by {_PEOPLE[nth % 6]} is not signed.",
            location=Location(path=f"channels/{name(nth)}.yaml"),
            severity=Severity.WARNING,
            hint="git commit -S signs.",
        )
        for nth in range(count)
    ]
    altered = "Record records/us/x.json is not as it was written: its digest differs."
    found.append(Finding(code="SMS604", message=altered, location=Location(path="records/us/x.json")))
    return tuple(found)


def name(nth: int) -> str:
    return f"{_PLACES[nth % 8]}-{nth:04}-{_USES[nth % 5]}"


class Project:
    """Applies follow each other through the year; the nth version of all went live in an apply soon after its merge."""

    def __init__(self, channels: int, versions: int, applies: int, calls: int) -> None:
        self.channels, self.versions, self.count, self.calls = channels, versions, applies, calls
        self.step = timedelta(days=300) / max(1, applies)
        self.names = [name(nth) for nth in range(channels)]
        hosts = (f"hooks.{one.rpartition('-')[0]}.example.com" for one in self.names)
        self.hooks = [f"https://{host}/sms/inbound/route/v" for host in hosts]
        inventory = {one: self._entry(nth) for nth, one in enumerate(self.names)}
        self.applies = [self._apply(nth, inventory) for nth in range(applies)]

    def chronicle(self) -> Chronicle:
        pasts = [self._past(nth) for nth in range(self.channels)]
        return Chronicle(
            head=_digest("head", 0)[:40],
            pasts=tuple(sorted(pasts, key=lambda past: (past.name, past.exists))),
            project=(self._project_change(0), self._project_change(1)),
            applies=tuple(self.applies),
            checks=tuple(self._checks()),
            ledger="branch smsops-ledger",
        )

    def _entry(self, nth: int) -> Entry:
        return Entry(
            service_sid=f"MG{nth:032x}",
            fields={
                "friendly_name": self.names[nth],
                "webhook_url": self._url(nth, self._last(nth)) if nth % 4 else "",
                "webhook_method": "POST",
                "fallback_url": "",
                "fallback_method": "POST",
                "status_callback_url": _callback(nth),
                "use_inbound_webhook_on_number": "false",
            },
            numbers=_numbers(nth),
        )

    def _last(self, nth: int) -> int:
        return self.versions // self.channels - (1 if nth % 50 else 2)

    def _url(self, nth: int, version: int) -> str:
        return f"{self.hooks[nth]}{version + 1}"

    def _apply(self, nth: int, inventory: dict[str, Entry]) -> Apply:
        began = _BEGUN + self.step * (nth + 1)
        ending = "partial" if nth % 97 == 5 else "refused" if nth % 61 == 7 else "applied"
        if nth == self.count - 1 and nth:
            ending = ""
        return Apply(
            path=f"records/us/{began:%Y%m%dT%H%M%S}Z-{_digest('plan', nth)[:8]}.json",
            account="us",
            account_sid="AC00000000000000000000000000000101",
            server="",
            actor="github-actions[bot]",
            plan_id=f"sha256:{_digest('plan', nth)}",
            commit=_digest("commit", nth * self.calls)[:40],
            author=str(_PEOPLE[nth % 6]),
            dirty=False,
            started_at=_time(began),
            finished_at=_time(began + timedelta(seconds=40)) if ending else "",
            ending=ending,
            approval=_approval(nth, began) if nth % 40 != 3 else None,
            calls=tuple(self._call(nth, place, began, ending) for place in range(self.calls)),
            reasons=("The plan removes 12 numbers, and policy.max_removals allows 3.",) if ending == "refused" else (),
            read_back=ending == "applied",
            differences=("webhook_url of the last channel is not as desired.",) if ending == "partial" else (),
            inventory=inventory,
            tool_version="1.2.0",
        )

    def _call(self, nth: int, place: int, began: datetime, ending: str) -> Call:
        channel = (nth * self.calls + place) % self.channels
        version = (nth * self.calls + place) // self.channels
        status = "done" if ending in ("applied", "") or (ending == "partial" and place % 5) else "not-attempted"
        if ending == "partial" and not place:
            status = "failed"
        return Call(
            action="service.update",
            channel=self.names[channel],
            number="",
            service_sid=f"MG{channel:032x}",
            klass="intended",
            risk="low",
            diffs=(Diff("webhook_url", self._url(channel, version - 1), self._url(channel, version)),),
            status=status,
            at=_time(began + timedelta(seconds=place)) if status == "done" else "",
            request_id=f"RQ{_digest('request', nth * self.calls + place)[:32]}" if status != "not-attempted" else "",
            told="Twilio 20500: internal error, after 5 tries." if status == "failed" else "",
        )

    def _past(self, nth: int) -> Past:
        each = self.versions // self.channels
        versions = tuple(self._version(nth, place, each) for place in range(each))
        fields = {
            "name": self.names[nth],
            "provider": "twilio",
            "account": "us",
            "direction": "inbound-and-outbound" if nth % 4 else "outbound",
            "messaging_service_sid": f"MG{nth:032x}",
            "webhook_url": self._url(nth, each - 1),
            "status_callback_url": _callback(nth),
            **dict.fromkeys(_numbers(nth), ""),
        }
        return Past(
            name=self.names[nth],
            path=f"channels/{self.names[nth]}.yaml",
            account="us",
            exists=True,
            versions=versions,
            fields=fields,
        )

    def _version(self, nth: int, place: int, each: int) -> Version:
        at = place * self.channels + nth
        apply = self.applies[at // self.calls] if at // self.calls < len(self.applies) else None
        live = apply is not None and bool(apply.ending) and not (place == each - 1 and not nth % 50)
        merged = (datetime.fromisoformat(apply.started_at) if apply else _BEGUN + self.step * (self.count + 2)) - (
            timedelta(minutes=7, seconds=at % 60)
        )
        url = self._url(nth, place)
        changed = place or self.channels > 1000  # in a large project every version changes one address
        return Version(
            channel=self.names[nth],
            account="us",
            path=f"channels/{self.names[nth]}.yaml",
            commit=_commit(at, merged),
            kind=Kind.CHANGED if place else Kind.CREATED,
            diffs=(Diff("webhook_url", self._url(nth, place - 1), url),) if changed else tuple(self._created(nth, url)),
            standing=Standing.LIVE if live else Standing.WAITING,
            apply=apply if live else None,
        )

    def _created(self, nth: int, url: str) -> Iterator[Diff]:
        yield Diff("name", None, self.names[nth])
        yield Diff("direction", None, "inbound-and-outbound")
        yield Diff("webhook_url", None, url)
        yield from (Diff(number, None, "") for number in _numbers(nth))

    def _checks(self) -> Iterator[Check]:
        for nth in range(2):
            found = Drift(
                channel=self.names[0],
                service_sid=f"MG{0:032x}",
                field="webhook_url",
                recorded=self._url(0, self._last(0)),
                live="https://elsewhere.example.net/sms",
            )
            at = _time(_BEGUN + timedelta(days=302 + nth))
            yield Check(
                path=f"checks/us/{nth}.json",
                account="us",
                account_sid="AC00000000000000000000000000000101",
                server="",
                actor="github-actions[bot]",
                at=at,
                found=(found,) if nth else (),
            )

    def _project_change(self, nth: int) -> ProjectChange:
        return ProjectChange(
            path="smsops.yaml",
            commit=_commit(10**6 + nth, _BEGUN + timedelta(days=nth)),
            diffs=(Diff("policy.max_removals.count", None if not nth else "5", "3" if nth else "5"),),
            accounts=None if nth else ("us",),
        )


def _commit(nth: int, merged: datetime) -> Commit:
    signed = nth % 9 != 4
    author = _PEOPLE[nth % 6]
    return Commit(
        id=_digest("commit", nth)[:40],
        author=author,
        authored_at=_time(merged - timedelta(hours=3)),
        committer=_FORGE,
        merged_at=_time(merged),
        subject=f"Point replies at version {nth} of the hooks (#{nth})",
        request=f"#{nth}",
        signature=Signature.SSH if signed else Signature.NONE,
        verdict=Verdict.GOOD if signed else Verdict.NOT_CHECKED,
        signer=author.email if signed else "",
    )


def _approval(nth: int, began: datetime) -> Approval:
    return Approval(
        plan_id=f"sha256:{_digest('plan', nth)}",
        forge="github",
        number=nth,
        url=f"https://github.com/example/sms/pull/{nth}",
        requester=_PEOPLE[nth % 6].email.split("@")[0],
        authors=(_PEOPLE[nth % 6].email.split("@")[0],),
        approver=_PEOPLE[(nth + 1) % 6].email.split("@")[0],
        approved_at=_time(began - timedelta(minutes=12)),
        merged_at=_time(began - timedelta(minutes=7)),
        merged_by="radia",
        separation="kept" if nth % 30 else "broken",
    )


def _callback(nth: int) -> str:
    return f"https://hooks.{name(nth).rpartition('-')[0]}.example.com/sms/status"


def _numbers(nth: int) -> tuple[str, ...]:
    return tuple(f"+1206{555_0000 + nth * 3 + place:07}" for place in range(1 + nth % 3))


def _digest(kind: str, nth: int) -> str:
    return hashlib.sha256(f"{kind} {nth}".encode()).hexdigest()


def _time(at: datetime) -> str:
    return f"{at.isoformat()[:19]}Z"


# --- a small past in which everything happens once -------------------------------------------------------------

_ADA, _GRACE = Person(name="Ada", email="ada@example.com"), Person(name="Grace", email="grace@example.com")
_HOOKS = "https://hooks.example.com"


def story() -> Chronicle:
    """One channel that is well known, one applied in part, one whose file is broken; applies of every ending."""
    older = _run("us", "2026-02-20", ending="partial")
    first = _run("us", "2026-03-01", approval=_kept(), inventory={"otp": _held()}, calls=(_done("otp"),))
    refused = replace(
        _run("us", "2026-03-02", ending="refused", reasons=("The plan is too large.",)),
        path="records/us/20260302T120000Z-0000.json",
        started_at="2026-03-02T12:00:00Z",
    )
    partial = _run(
        "eu",
        "2026-03-04",
        ending="partial",
        server="api.example.test",
        commit="c" * 40,
        dirty=True,
        calls=(_failed(), _done("half")),
        differences=("half is not as desired.",),
        approval=replace(_kept(), approver="", approved_at="", separation="broken"),
    )
    begun = replace(_run("us", "2026-03-05", ending=""), finished_at="")
    found = Drift(
        channel="otp",
        service_sid="MG1",
        field="webhook_url",
        recorded=f"{_HOOKS}/v1",
        live="https://evil.example.net/",
    )
    return Chronicle(
        head="e" * 40,
        pasts=(_half(partial), _otp(first), _torn()),
        project=(_change(_made("f", "2026-02-01")),),
        applies=(older, first, refused, partial, begun),
        checks=(_check("2026-03-06"), replace(_check("2026-03-07"), found=(found,))),
        ledger="branch smsops-ledger",
        problems=("records/us/x.json is no JSON.",),
    )


def renamed() -> Chronicle:
    """Channels with many names, of which the account knows some."""
    plain = story()
    past = plain.pasts[1]
    names = ("a", "b", "c", "d", "e", "f", "g", "h")
    versions = tuple(replace(past.versions[1], channel=name, was_channel="x", kind=Kind.RENAMED) for name in names)
    entries = {name: replace(_held(), service_sid=f"MG{name}") for name in names}
    applies = tuple(replace(one, inventory=entries) for one in plain.applies)
    return replace(plain, pasts=(replace(past, name="z", versions=versions), plain.pasts[0]), applies=applies)


def _otp(first: Apply) -> Past:
    brought = replace(_made("b", "2026-02-28", author=_GRACE, subject="Fix it"), signature=Signature.NONE)
    created = _made("1", "2026-03-01", request="#1", brought=(brought,))
    made = (
        Diff("webhook_url", None, f"{_HOOKS}/v1"),
        Diff("+12065550102", None, ""),
        Diff("+12065550103", "", None),
    )
    url = (Diff("webhook_url", f"{_HOOKS}/v1", f"{_HOOKS}/v2"),)
    return Past(
        name="otp",
        path="channels/otp.yaml",
        account="us",
        exists=True,
        versions=(
            _step("otp", created, made, kind=Kind.CREATED, standing=Standing.LIVE, apply=first),
            _step("otp", _made("2", "2026-03-02"), url, standing=Standing.WAITING),
        ),
        fields={
            "name": "otp",
            "account": "us",
            "direction": "inbound-and-outbound",
            "webhook_url": f"{_HOOKS}/v2",
            "status_callback_url": f"{_HOOKS}/s",
            "owner.team": "care",
            "+12065550101": "",
            "+12065550101 label": "Front desk",
            "+12065550102": "",
        },
    )


def _half(partial: Apply) -> Past:
    made = _step("half", _made("3", "2026-03-03"), (Diff("webhook_url", "a", "b"),), account="eu")
    part = replace(made, standing=Standing.IN_PART, apply=partial)
    fields = {"name": "half", "account": "eu", "direction": "inbound", "webhook_url": "https://[b/"}
    return Past(name="half", path="channels/half.yaml", account="eu", exists=True, versions=(part,), fields=fields)


def _torn() -> Past:
    first = _step("torn", _made("4", "2026-02-10"), (), kind=Kind.CREATED, standing=Standing.NOTHING_TO_APPLY)
    moved = replace(first, kind=Kind.MOVED, was_path="channels/old/torn.yaml", was_channel="ripped")
    torn = replace(first, kind=Kind.BROKEN, problem="Line 3: it breaks off.", standing=Standing.UNKNOWN)
    project = replace(first, kind=Kind.PROJECT, path="smsops.yaml")
    return Past(
        name="torn",
        path="channels/torn.yaml",
        account="us",
        exists=True,
        versions=(first, moved, torn, project),
        fields={"name": "torn", "direction": "outbound"},
    )


def _step(
    name: str,
    commit: Commit,
    diffs: tuple[Diff, ...],
    *,
    account: str = "us",
    kind: Kind = Kind.CHANGED,
    standing: Standing = Standing.UNKNOWN,
    apply: Apply | None = None,
) -> Version:
    return Version(
        channel=name,
        account=account,
        path=f"channels/{name}.yaml",
        commit=commit,
        kind=kind,
        diffs=diffs,
        standing=standing,
        apply=apply,
    )


def _made(
    digit: str,
    day: str,
    *,
    author: Person = _ADA,
    subject: str = "Point replies elsewhere",
    request: str = "",
    brought: tuple[Commit, ...] = (),
) -> Commit:
    return Commit(
        id=digit * 40,
        author=author,
        authored_at=f"{day}T08:00:00Z",
        committer=_FORGE,
        merged_at=f"{day}T09:00:00Z",
        subject=subject,
        request=request,
        signature=Signature.SSH,
        verdict=Verdict.GOOD,
        signer=author.email,
        brought=brought,
    )


def _change(commit: Commit) -> ProjectChange:
    return ProjectChange(
        path="smsops.yaml", commit=commit, diffs=(Diff("policy.drift", "revert", "report"),), accounts=None
    )


def _run(
    account: str,
    day: str,
    *,
    ending: str = "applied",
    server: str = "",
    commit: str = "d" * 40,
    dirty: bool = False,
    calls: tuple[Call, ...] = (),
    reasons: tuple[str, ...] = (),
    differences: tuple[str, ...] = (),
    approval: Approval | None = None,
    inventory: dict[str, Entry] | None = None,
) -> Apply:
    return Apply(
        path=f"records/{account}/{day.replace('-', '')}T100000Z-0000.json",
        account=account,
        account_sid="AC1",
        server=server,
        actor="ci",
        plan_id="sha256:00",
        commit=commit,
        author="Ada",
        dirty=dirty,
        started_at=f"{day}T10:00:00Z",
        finished_at=f"{day}T10:00:05Z",
        ending=ending,
        approval=approval,
        calls=calls,
        reasons=reasons,
        read_back=ending == "applied",
        differences=differences,
        inventory=inventory or {},
    )


def _held() -> Entry:
    return Entry(
        service_sid="MG1",
        fields={
            "friendly_name": "otp",
            "webhook_url": f"{_HOOKS}/v1",
            "webhook_method": "POST",
            "status_callback_url": f"{_HOOKS}/s",
        },
        numbers=("+12065550101", "+12065550199"),
    )


def _kept() -> Approval:
    return Approval(
        plan_id="sha256:00",
        forge="github",
        number=1,
        url="https://github.com/example/sms/pull/1",
        requester="ada",
        authors=("ada",),
        approver="grace",
        approved_at="2026-03-01T09:30:00Z",
        merged_at="2026-03-01T09:40:00Z",
        merged_by="grace",
        separation="kept",
    )


def _done(channel: str) -> Call:
    return Call(
        action="service.update",
        channel=channel,
        number="",
        service_sid="MG9",
        klass="intended",
        risk="low",
        diffs=(Diff("webhook_url", "a", "b"),),
        status="done",
    )


def _failed() -> Call:
    return replace(
        _done("half"),
        action="number.move",
        number="+12065550111",
        klass="conflict",
        risk="high",
        diffs=(),
        status="failed",
        at="2026-03-04T10:00:03Z",
        request_id="RQ1",
        told="Twilio 21712: no.",
        off_air_s=2.5,
        from_channel="otp",
        refused="takeover",
    )


def _check(day: str) -> Check:
    return Check(
        path=f"checks/us/{day}.json",
        account="us",
        account_sid="AC1",
        server="",
        actor="cron",
        at=f"{day}T06:00:00Z",
        found=(),
    )
