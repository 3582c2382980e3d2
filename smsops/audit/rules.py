"""What an auditor should look at: one function a rule, over the past of the project. Pure.

What the policy requires is an error, and so is what cannot be right whatever the policy; the rest is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from smsops.audit.against import against_git
from smsops.audit.drift import accounts_of, number_of, open_drift
from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import Frozen
from smsops.history.contents import Unsaid, Wanted
from smsops.history.entries import is_number
from smsops.history.recorded import Apply
from smsops.history.values import Chronicle, Commit, Signature, Standing, Verdict, Version
from smsops.project import AuditPolicy


class Case(Frozen):
    """What the rules look at."""

    chronicle: Chronicle
    """Its commits have their signatures checked."""
    policy: AuditPolicy
    now: str
    """UTC in ISO 8601."""
    line: frozenset[str]
    """The commits of the main line."""
    wanted: Callable[[str, str], Wanted | Unsaid]
    """What a channel, by its name, asked for at a commit of the main line."""
    counting: frozenset[str]
    """Paths of the records that speak of the provider's own accounts."""

    @property
    def changes(self) -> Iterator[Version]:
        """Every version of every channel, those that smsops.yaml brought about included."""
        for past in self.chronicle.pasts:
            yield from past.versions

    @property
    def applies(self) -> Iterator[Apply]:
        return (a for a in self.chronicle.applies if a.wrote and a.path in self.counting)


def audit_findings(case: Case) -> tuple[Finding, ...]:
    """Everything that the rules find, errors first, then by code and place."""
    found = [finding for rule in RULES for finding in rule(case)]
    return tuple(sorted(found, key=lambda one: (one.severity is not Severity.ERROR, one.code, one.sort_key)))


def finding(code: str, where: str, message: str, *, hint: str = "", error: bool) -> Finding:
    severity = Severity.ERROR if error else Severity.WARNING
    return Finding(code=code, message=message, location=Location(path=where), severity=severity, hint=hint)


def unapproved_changes(case: Case) -> Iterator[Finding]:
    """Only what went live can be judged: the approval is in the record of its apply."""
    for version in case.changes:
        if version.apply is None or version.standing not in (Standing.LIVE, Standing.IN_PART):
            continue
        if why := _not_approved(version.apply):
            went = "went live" if version.standing is Standing.LIVE else "went live in part"
            yield finding(
                "SMS610",
                version.path,
                f"{_named(version)} {went} {why}.",
                hint=f"Look at commit {version.commit.id[:12]} and record {version.apply.path}.",
                error=case.policy.require_approval,
            )


def _not_approved(apply: Apply) -> str:
    approval = apply.approval
    if approval is None:
        return "and its record tells of no approval"
    if not approval.approver or approval.separation == "broken":
        return "without an approval by somebody else"
    return "" if approval.separation == "kept" else f"approved by {approval.approver}, who may have taken part in it"


def unbound_applies(case: Case) -> Iterator[Finding]:
    for apply in case.applies:
        if apply.approval is None and apply.calls:
            yield finding(
                "SMS611",
                apply.path,
                f"The apply of {apply.at} to account {apply.account} was bound to no plan id that anybody approved.",
                hint="Let pipelines run smsops apply --approved.",
                error=case.policy.require_approval,
            )


_BAD = (Verdict.BAD, Verdict.EXPIRED, Verdict.REVOKED)


def signatures(case: Case) -> Iterator[Finding]:
    """Of a merge, the commits that it brought have to be signed as well: they are what somebody wrote."""
    commits: dict[str, tuple[Commit, str]] = {}
    for version in case.changes:
        for commit in (version.commit, *version.commit.brought):
            commits.setdefault(commit.id, (commit, version.path))
    for change in case.chronicle.project:
        commits.setdefault(change.commit.id, (change.commit, change.path))
    for commit, path in commits.values():
        name = f"Commit {commit.id[:12]} by {commit.author}"
        required = case.policy.require_signature
        if commit.signature is Signature.NONE:
            yield finding("SMS612", path, f"{name} is not signed.", hint="git commit -S signs.", error=required)
        elif commit.verdict in _BAD:
            message = f"The signature of {name[0].lower()}{name[1:]} is not good: {commit.verdict}."
            yield finding("SMS613", path, message, hint=f"git verify-commit {commit.id[:12]} says more.", error=True)
        elif commit.verdict is Verdict.UNKNOWN:
            message = f"{name} is signed with a key that is not known here; whether that is good is not certain."
            hint = "Give git the keys of your team: gpg.ssh.allowedSignersFile, or a keyring."
            yield finding("SMS612", path, message, hint=hint, error=required)


def sources(case: Case) -> Iterator[Finding]:
    """Applies of something else than a commit of the main line."""
    for apply in case.applies:
        what = f"The apply of {apply.at} to account {apply.account} by {apply.actor or 'nobody known'}"
        if not apply.commit:
            message = f"{what} was of no commit."
        elif apply.dirty:
            message = f"{what} had changes that were in no commit."
        elif apply.commit not in case.line:
            message = f"{what} was of commit {apply.commit[:12]}, which is not on the main line."
        else:
            continue
        yield finding("SMS614", apply.path, message, hint="Apply from the main line alone.", error=False)


def records_against_git(case: Case) -> Iterator[Finding]:
    for path, message in against_git(case.applies, case.line, case.wanted):
        hint = "Somebody wrote the record, or the files, otherwise than smsops does. Compare both with the account."
        yield finding("SMS615", path, message, hint=hint, error=True)


def waiting(case: Case) -> Iterator[Finding]:
    """Only the last version that asks something of the account can wait: what came of those before it is over."""
    limit = case.policy.pending_days
    for past in case.chronicle.pasts:
        asking = [v for v in past.versions if v.standing not in (Standing.NOTHING_TO_APPLY, Standing.UNKNOWN)]
        for version in asking[-1:]:
            days = _days(version.commit.merged_at, case.now)
            if version.standing not in (Standing.WAITING, Standing.IN_PART) or days <= limit:
                continue
            state = "not live" if version.standing is Standing.WAITING else "live in part only"
            message = f"{_named(version)} was merged {_span(days)} ago, and is {state}."
            yield finding("SMS616", version.path, message, hint="Next: smsops plan.", error=False)


def drift(case: Case) -> Iterator[Finding]:
    limit = case.policy.drift_days
    counting = (apply for apply in case.chronicle.applies if apply.path in case.counting)
    project = (diff for change in case.chronicle.project for diff in change.diffs)
    for check, one, since in open_drift(case.chronicle.checks, accounts_of(counting, project)):
        days = _days(since, case.now)
        what = number_of(one) or one.field
        yield finding(
            "SMS617",
            check.path,
            f"Drift of channel {one.channel}, {what}, is open for {_span(days)}: every check of account "
            f"{check.account} from {since} to {check.at} found it.",
            hint="smsops plan shows what an apply would make of it.",
            error=days > limit,
        )


def owners_and_reviews(case: Case) -> Iterator[Finding]:
    for past in case.chronicle.pasts:
        if not past.exists:
            continue
        if not past.fields.get("owner.team"):
            numbers = _listed([key for key in past.fields if is_number(key)]) or "its numbers"
            message = f"Channel {past.name} has no owner, and so nobody answers for {numbers}."
            yield finding("SMS618", past.path, message, hint="Add owner: {team: …}.", error=False)
        if (until := past.fields.get("tags.review_by")) is not None:
            yield from _review(past.path, past.name, until, case.now)


def _review(path: str, name: str, until: str, now: str) -> Iterator[Finding]:
    try:
        due = date.fromisoformat(until)
    except ValueError:
        message = f"The review date of channel {name}, {until!r}, is no date."
        yield finding("SMS618", path, message, hint="Write tags.review_by as 2027-03-31.", error=True)
        return
    if due < datetime.fromisoformat(now).date():
        message = f"The review of channel {name} was due by {until}."
        yield finding("SMS618", path, message, hint="Review it, and move tags.review_by on.", error=True)


_MOST = 10


def _listed(numbers: list[str]) -> str:
    """The first few: some channels have thousands."""
    more = len(numbers) - _MOST
    return ", ".join(numbers[:_MOST]) + (f" and {more:,} more" if more > 0 else "")


def _days(since: str, now: str) -> int:
    """Whole days; 0 where a time is not known."""
    try:
        return max(timedelta(), datetime.fromisoformat(now) - datetime.fromisoformat(since)).days
    except (TypeError, ValueError):
        return 0


def _span(days: int) -> str:
    return "less than a day" if days < 1 else "1 day" if days == 1 else f"{days:,} days"


def _named(version: Version) -> str:
    return f"The change of channel {version.channel} in commit {version.commit.id[:12]} by {version.commit.author}"


Rule = Callable[[Case], Iterator[Finding]]
RULES: tuple[Rule, ...] = (
    unapproved_changes,
    unbound_applies,
    signatures,
    sources,
    records_against_git,
    waiting,
    drift,
    owners_and_reviews,
)
