"""The work behind `smsops adopt`: accounts are read, files drafted and checked by the loader, and planned against."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from smsops.adopting.compose import Style
from smsops.adopting.drafting import Scene, drafts, without_wrong
from smsops.adopting.found import Draft, Drawn
from smsops.binding import wanted
from smsops.cli.accounts import connected
from smsops.cli.ledgers import Book, opened_book
from smsops.cli.planning import ENDLESS, EXPIRES_AFTER, read_account, stamp
from smsops.cli.project import Opened
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Severity
from smsops.errors import Failure, ProviderError, SmsopsError
from smsops.files.load import Loaded, load_project
from smsops.files.walk import SUFFIXES
from smsops.frozen import Frozen
from smsops.gates import judge
from smsops.model import Base, Channel, DesiredState, LiveState, Wanted
from smsops.plan import plan
from smsops.planned import AccountPlan, Plan
from smsops.project import Account
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection, Reader
from smsops.render.adopted import Adopted
from smsops.render.drawn import Drawn as DrawnPlan
from smsops.render.plain import clean, counted

_SCHEMA = "schemas/channel.schema.json"


class Choice(Frozen):
    """What a run adopts, and how."""

    accounts: tuple[str, ...]
    sids: Set[str] | None
    """Only these services; None means all."""
    excepted: Set[str]
    everything: bool
    owner: str


class _Read(Frozen):
    """One account as it was read."""

    account: Account
    base: Base
    live: LiveState
    chosen: Set[str]
    senders: dict[str, tuple[str, ...]]


def adopted(
    project: Opened, choice: Choice, terminal: Terminal, concurrency: int
) -> tuple[Adopted, tuple[LiveState, ...]]:
    """What would be written, with the plan after it; and what the accounts say. Nothing is written here.

    Raises SecretError, LedgerError and ProviderError.
    """
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=False)
    bases = {name: book.base(project.project.accounts[name]) for name in choice.accounts}
    with connected(
        project, choice.accounts, sandbox=book.sandbox, concurrency=concurrency, patience=ENDLESS
    ) as connections:
        read = [_account(project, name, bases[name], connections[name], choice, terminal) for name in choice.accounts]
    for sid in sorted(choice.excepted - {sid for one in read for sid in one.live.services}):
        terminal.talk(f"warning: --except {sid}: no account that was read has this service.")
    drawn: tuple[Drawn, ...] = ()
    for one in read:
        drawn += tuple(drafts(_scene(project, one, choice, drawn)))
    drawn, loaded = _checked(project, drawn, choice)
    result = Adopted(
        drawn=drawn,
        plan=DrawnPlan(plan=_plan(read, project, loaded, book), channels={c.name: c for c in loaded.channels}),
        findings=tuple(finding for finding in loaded.findings if finding.severity is Severity.ERROR),
    )
    return result, tuple(one.live for one in read)


def _account(
    project: Opened, name: str, base: Base, connection: Connection, choice: Choice, terminal: Terminal
) -> _Read:
    """All services, then the pools that are adopted and those that the plan rests on. Raises ProviderError."""
    account = project.project.accounts[name]
    terminal.progress(f"Reading account {name}.")
    _, listed = read_account(account, connection, ())
    chosen = listed.services.keys() if choice.sids is None else listed.services.keys() & choice.sids
    wants = wanted(_desired(account, project.channels), base)
    reader, live = read_account(account, connection, [*wants, *(Wanted(service_sid=sid) for sid in sorted(chosen))])
    senders = _senders(reader, sorted(chosen - choice.excepted), terminal, connection.concurrency)
    terminal.progress(f"Read account {name} with {counted(reader.api_calls, 'request')}.")
    return _Read(account=account, base=base, live=live, chosen=frozenset(chosen), senders=senders)


def _senders(reader: Reader, sids: Sequence[str], terminal: Terminal, most: int) -> dict[str, tuple[str, ...]]:
    """Senders that are no phone numbers; where the credentials may not list them, that is told."""
    with ThreadPoolExecutor(max_workers=most) as pool:
        asked = [(sid, pool.submit(reader.other_senders, sid)) for sid in sids]
    found = {}
    for sid, future in asked:
        try:
            found[sid] = future.result()
        except ProviderError as error:
            if error.failure is not Failure.AUTH:
                raise
            terminal.talk(f"warning: Other senders than numbers cannot be listed: {error.message}")
            return {}
    return found


def _scene(project: Opened, read: _Read, choice: Choice, drawn: tuple[Drawn, ...]) -> Scene:
    folder = PurePosixPath(os.path.normpath(project.project.channels))
    there = Path(project.root, folder)
    schema = os.path.relpath(Path(project.root, _SCHEMA), there)
    return Scene(
        account=read.account,
        live=read.live,
        base=read.base,
        channels=project.channels,
        files={c.path: _read(project.root, c.path) for c in project.channels if _is_of(c, read.account)},
        chosen=read.chosen,
        excepted=choice.excepted,
        senders=read.senders,
        folder="" if folder == PurePosixPath(".") else str(folder),
        taken=_taken(project, there) | {PurePosixPath(one.path).stem for one in drawn if isinstance(one, Draft)},
        style=Style(
            defaults=PROVIDERS[read.account.provider].defaults(),
            everything=choice.everything,
            owner=choice.owner,
            schema=PurePosixPath(schema).as_posix() if Path(project.root, _SCHEMA).is_file() else "",
        ),
    )


def _read(root: Path, path: str) -> bytes:
    try:
        return Path(root, path).read_bytes()
    except OSError as error:  # it went while the account was read, or its name is no text
        hint = "Give the file and its folders names in UTF-8."
        raise SmsopsError(
            f"{clean(path)} cannot be read: {error.strerror or error}.", code="SMS103", hint=hint
        ) from error


def _taken(project: Opened, folder: Path) -> frozenset[str]:
    """Names of channels, and of whatever lies where a new file would go."""
    there = {Path(name).stem.lower() for name in os.listdir(folder) if name.lower().endswith(SUFFIXES)}
    return frozenset(there | {channel.name for channel in project.channels})


def _is_of(channel: Channel, account: Account) -> bool:
    return channel.account == account.name


def _desired(account: Account, channels: Sequence[Channel]) -> DesiredState:
    ours = tuple(channel for channel in channels if _is_of(channel, account))
    return DesiredState(account=account.name, account_sid=account.account_sid, channels=ours)


def _checked(project: Opened, drawn: tuple[Drawn, ...], choice: Choice) -> tuple[tuple[Drawn, ...], Loaded]:
    """The files as the loader reads them, without new ones that it refuses: each of them is left out with its reason.

    Leaving one out can only mend what is wrong with others, so this ends.
    """
    while True:
        overlay = {one.path: one.after for one in drawn if isinstance(one, Draft)}
        config = Path(project.root, project.project.path)
        loaded = load_project(Path(project.root), config, overlay=overlay)
        wrong = dict(_reasons(loaded, choice))
        left = without_wrong(drawn, wrong)
        if left == drawn:
            return drawn, loaded
        drawn = left


def _reasons(loaded: Loaded, choice: Choice) -> Iterator[tuple[str, str]]:
    for finding in reversed(loaded.findings):
        if finding.severity is Severity.ERROR:
            needs_owner = finding.code == "SMS308" and not choice.owner
            hint = "Name one with --owner TEAM." if needs_owner else ""
            yield finding.location.path, f"{finding.message}{' ' if hint else ''}{hint}"


def _plan(read: Sequence[_Read], project: Opened, loaded: Loaded, book: Book) -> Plan:
    """The plan of what the files would say, against what was read."""
    at = datetime.now(UTC).replace(microsecond=0)
    return Plan(
        accounts=tuple(_account_plan(one, project, loaded) for one in read),
        created_at=stamp(at),
        expires_at=stamp(at + EXPIRES_AFTER),
        warnings=tuple(book.warnings),
    )


def _account_plan(read: _Read, project: Opened, loaded: Loaded) -> AccountPlan:
    desired = _desired(read.account, loaded.channels)
    drawn = plan(desired=desired, live=read.live, base=read.base)
    return judge(drawn, desired=desired, base=read.base, policy=project.project.policy, allow=frozenset())
