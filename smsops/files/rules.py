"""Rules that one file alone cannot break: files against each other, against the accounts and against the policy.

A rule is a function from everything that was read to findings, in the tuple at the end. Rules look at whatever has the
right kind in a file, so that a file with another mistake still takes part. Without a valid `smsops.yaml` only the rules
between channel files run. Every rule goes over the files once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from smsops.diagnostics import Finding, Severity
from smsops.files.document import Document, Path, quoted
from smsops.files.forms import FORMS
from smsops.files.schema import known_providers
from smsops.files.single import URL_KEYS, declared_numbers
from smsops.files.urls import host_allowed, host_of, url_problem
from smsops.frozen import Frozen
from smsops.numbers import is_toll_free
from smsops.project import Account, Policy, Project

_PIN_FIRST = (
    " For a renamed channel, pin its service (messaging_service_sid) before the first apply under the new name."
)
_NO_US_NUMBERS = "ie1"
"""Twilio's region that takes no number of country code 1 (Twilio error 21668)."""


class Read(Frozen, cached=True):
    """Everything that was read in one run."""

    documents: tuple[Document, ...]
    """Channel files whose value is a mapping, in the order of their paths."""
    project: Project | None
    project_document: Document

    @cached_property
    def numbers(self) -> tuple[tuple[Document, list[tuple[str, Path]]], ...]:
        """Each channel file with the numbers that it declares."""
        return tuple((document, declared_numbers(document)) for document in self.documents)


Rule = Callable[[Read], Iterator[Finding]]


def name_equals_stem(read: Read) -> Iterator[Finding]:
    for document in read.documents:
        name, stem = _text(document, "name"), document.path.rpartition("/")[2].rpartition(".")[0]
        if name is not None and name != stem:
            message = f"The name {quoted(name)} differs from the file's name {quoted(stem)}."
            pin = "" if _text(document, "messaging_service_sid") else _PIN_FIRST
            yield document.finding("SMS301", message, ("name",), hint=f"Change the name or rename the file.{pin}")


def name_once(read: Read) -> Iterator[Finding]:
    hint = "A channel's name is unique in the project."
    yield from _once(read, "name", "SMS302", "The name {} is already taken by {}.", hint)


def service_once(read: Read) -> Iterator[Finding]:
    message = "The messaging service {} is already pinned by {}."
    yield from _once(read, "messaging_service_sid", "SMS303", message, "A messaging service belongs to one channel.")


def _once(read: Read, key: str, code: str, message: str, hint: str) -> Iterator[Finding]:
    seen: dict[str, Document] = {}
    for document in read.documents:
        value = _text(document, key)
        if value is None:
            continue
        first = seen.setdefault(value, document)
        if first is not document:
            yield document.finding(code, message.format(quoted(value), _spot(first, (key,))), (key,), hint=hint)


def number_claimed_once(read: Read) -> Iterator[Finding]:
    claimed: dict[str, tuple[Document, Path]] = {}
    for document, numbers in read.numbers:
        name = _text(document, "name")
        for number, path in numbers:
            owner, spot = claimed.setdefault(number, (document, path))
            # A copied file claims all that the first one claims; SMS302 has told it.
            if owner is not document and (name is None or name != _text(owner, "name")):
                message = f"The number {quoted(number)} is already claimed by {_spot(owner, spot)}."
                hint = "A number is in one pool only; remove it from one of the two channels."
                yield document.finding("SMS304", message, path, hint=hint)


def friendly_name_once(read: Read) -> Iterator[Finding]:
    """A create whose answer was lost is found by its friendly name (twilio.md 2.4). Two channels that both pin their
    service are never created, and names are not unique at Twilio: they may share one.
    """
    seen: dict[tuple[str, str], tuple[str, Document, bool]] = {}
    for document in read.documents:
        name, account = _text(document, "name"), _text(document, "account")
        key = _friendly_key(document)
        called = _text(document, key)
        if name is None or account is None or called is None:
            continue
        is_pinned = _text(document, "messaging_service_sid") is not None
        other, first, both = seen.setdefault((account, called), (name, document, is_pinned))
        if other != name and not (is_pinned and both):  # the same name twice is told by SMS302
            spot = _spot(first, (_friendly_key(first),))
            message = f"The friendly name {quoted(called)} is already that of {spot}, in the same account."
            hint = "Give one of the two another friendly_name; where it is absent, the channel's name is used."
            yield document.finding("SMS313", message, (key,), hint=hint)


def _friendly_key(document: Document) -> str:
    return "friendly_name" if "friendly_name" in _mapping(document) else "name"


def friendly_name_holds_no_login(read: Read) -> Iterator[Finding]:
    """A begun create is known by its name, in records, where no login may be."""
    for document in read.documents:
        name = _text(document, "friendly_name")
        if name is not None and _holds_login(name):
            message = "The friendly name looks like a URL with a user name or password."
            yield document.finding("SMS209", message, ("friendly_name",), hint="Choose a plain name.")


def _holds_login(name: str) -> bool:
    if "@" not in name:
        return False
    from smsops.masking import masked  # only here: few names hold what every login does

    return masked(name) != name


def account_exists(read: Read) -> Iterator[Finding]:
    for document, project in _with_project(read):
        name = _text(document, "account")
        if name is not None and name not in project.accounts:
            message = f"The account {quoted(name)} is not in {project.path}."
            hint = _meant(name, project.accounts) or f"Accounts: {', '.join(project.accounts)}."
            yield document.finding("SMS305", message, ("account",), hint=hint)


def account_of_provider(read: Read) -> Iterator[Finding]:
    for document, account, _ in _with_account(read):
        provider = _text(document, "provider")
        if provider != account.provider and provider in known_providers():
            message = f"The account {quoted(account.name)} is one of {account.provider}, not of {quoted(provider)}."
            yield document.finding("SMS306", message, ("account",), hint="Choose an account of the channel's provider.")


def hosts_allowed(read: Read) -> Iterator[Finding]:
    for document, account, project in _with_account(read):
        patterns = _patterns(project.policy, account)
        if patterns is None:
            continue
        for key in URL_KEYS:
            url = _text(document, key)
            if url is None or host_allowed(host_of(url), patterns) or url_problem(url):
                continue
            why = f"which policy.webhook_hosts does not allow{_for(account, project)}"
            message = f"{key} names the host {host_of(url)}, {why}."
            hint = f"Allowed: {', '.join(patterns[:10])}." if patterns else _list_missing(account, project)
            yield document.finding("SMS307", message, (key,), hint=hint)


def _patterns(policy: Policy, account: Account) -> tuple[str, ...] | None:
    """The allowed hosts of an account; None: all. An environment without a list allows none."""
    hosts = policy.webhook_hosts
    return hosts.get(account.environment or "", ()) if isinstance(hosts, Mapping) else hosts


def _list_missing(account: Account, project: Project) -> str:
    if account.environment is None:
        return f"Give the account an environment in {project.path}."
    return f"List the hosts of the environment {account.environment} in {project.path}."


def _for(account: Account, project: Project) -> str:
    if not isinstance(project.policy.webhook_hosts, Mapping):
        return ""
    if account.environment is None:
        return f", because the account {account.name} has no environment"
    return f" for the environment {account.environment}"


def owner_named(read: Read) -> Iterator[Finding]:
    for document, project in _with_project(read):
        if project.policy.require_owner and _mapping(document).get("owner") is None:
            hint = "Add owner: with team, email and cost_center."
            yield document.finding("SMS308", "The channel has no owner, and the policy requires one.", (), hint=hint)


def account_sid_once(read: Read) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for name, account in (read.project.accounts if read.project else {}).items():
        form, key = FORMS[account.provider], (account.provider, account.account_sid)
        if key in seen:
            message = f"The accounts {seen[key]} and {name} are the same {form.title} account."
            hint = "Keep one name for it; else each would see the other's channels as unmanaged."
            yield read.project_document.finding("SMS309", message, ("accounts", name, form.identity), hint=hint)
        seen.setdefault(key, name)


def one_toll_free(read: Read) -> Iterator[Finding]:
    for document, numbers in read.numbers:
        form = FORMS.get(_text(document, "provider") or "")
        if form is None or not form.warns_of_toll_free:
            continue
        found = [(number, path) for number, path in numbers if is_toll_free(number)]
        if len({number for number, _ in found}) > 1:
            message = f"The pool holds {len(found)} toll-free numbers; {form.title} warns that carriers may block them."
            hint = "Keep one toll-free number in a pool, and give the others channels of their own."
            yield document.finding("SMS310", message, found[1][1], hint=hint, severity=Severity.WARNING)


def environments_known(read: Read) -> Iterator[Finding]:
    hosts = read.project.policy.webhook_hosts if read.project else None
    if read.project is None or not isinstance(hosts, Mapping):
        return
    known = sorted({account.environment for account in read.project.accounts.values() if account.environment})
    for environment in hosts:
        if environment not in known:
            message = f"No account has the environment {quoted(environment)}."
            hint = _meant(environment, known) or (f"Known: {', '.join(known)}." if known else "")
            path: Path = ("policy", "webhook_hosts", environment)
            yield read.project_document.finding("SMS311", message, path, key=True, hint=hint, severity=Severity.WARNING)


def numbers_fit_region(read: Read) -> Iterator[Finding]:
    for document, account, _ in _with_account(read):
        if account.region != _NO_US_NUMBERS:
            continue
        for number, path in declared_numbers(document):
            if number.startswith("+1"):
                message = f"The number {quoted(number)} cannot be in the region {_NO_US_NUMBERS} (Twilio error 21668)."
                hint = "Numbers of country code 1 need an account entry with the region us1."
                yield document.finding("SMS312", message, path, hint=hint)


RULES: tuple[Rule, ...] = (
    name_equals_stem,
    name_once,
    service_once,
    number_claimed_once,
    friendly_name_once,
    friendly_name_holds_no_login,
    account_exists,
    account_of_provider,
    hosts_allowed,
    owner_named,
    account_sid_once,
    one_toll_free,
    environments_known,
    numbers_fit_region,
)


def rule_findings(read: Read) -> Iterator[Finding]:
    for rule in RULES:
        yield from rule(read)


def _mapping(document: Document) -> Mapping[str, Any]:
    value: Mapping[str, Any] = document.value  # type: ignore[assignment]  # `Read` holds no other documents
    return value


def _text(document: Document, key: str) -> str | None:
    value = document.value.get(key)  # type: ignore[attr-defined]  # as above
    return value if isinstance(value, str) else None


def _meant(word: str, known: Iterable[str]) -> str:
    from smsops.files.suggest import did_you_mean, near  # only here: few files have such a word

    return did_you_mean(near(word, known))


def _spot(document: Document, path: Path) -> str:
    return f"{document.path}:{document.place(path).line}"


def _with_project(read: Read) -> Iterator[tuple[Document, Project]]:
    if read.project is not None:
        for document in read.documents:
            yield document, read.project


def _with_account(read: Read) -> Iterator[tuple[Document, Account, Project]]:
    for document, project in _with_project(read):
        account = project.accounts.get(_text(document, "account") or "")
        if account is not None:
            yield document, account, project
