"""The rounds of `smsops doctor`: git and files first, then each account, then the URLs. No failure hides another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from smsops.cli.accounts import connected
from smsops.cli.ledgers import Book, opened_book
from smsops.cli.planning import ENDLESS
from smsops.cli.project import Opened, load
from smsops.cli.terminal import Terminal
from smsops.doctor.account import Patient, account_checks, unchecked
from smsops.doctor.checks import Check, State, failed
from smsops.doctor.files import files_check, schema_checks
from smsops.doctor.repository import ledger_check, repository_checks
from smsops.doctor.webhooks import Call, Probe, occasions, webhook_checks
from smsops.errors import ProviderError, SecretError, SmsopsError
from smsops.files.schema import SCHEMAS, schema_text
from smsops.frozen import Frozen
from smsops.probing.asking import authorities
from smsops.project import Account
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection

_NO_REPOSITORY = "SMS603"
_PROBES = 8
"""URLs that are asked at a time."""

Connections = Mapping[str, Connection | SecretError]


class Wish(Frozen):
    """What a run is asked for."""

    probe: bool
    port_here: int | None
    concurrency: int
    now: datetime


def examined(terminal: Terminal, wish: Wish) -> Iterator[Check]:
    """Every check, in the order of its group. Raises ProjectError, and SmsopsError where authorities are unreadable."""
    loaded = load(terminal)
    sandbox = terminal.options.sandbox
    root = terminal.root or Path.cwd()
    terminal.progress("Looking at git.")
    yield from repository_checks(root)
    project = book = None
    if loaded.project is not None:
        channels = tuple(sorted(loaded.channels, key=lambda channel: channel.name))
        project = Opened(project=loaded.project, channels=channels)
        book = opened_book(project, sandbox=sandbox, strict=False)
        yield from _ledger(book, project)
    yield files_check(loaded.findings, files=loaded.files)
    yield from schema_checks(root, {name: schema_text(name) for name in SCHEMAS})
    if project is None or book is None:
        yield from unchecked("", "smsops.yaml has errors")
        return
    with _connections(project, sandbox=sandbox, concurrency=wish.concurrency) as connections:
        for name, account in sorted(project.project.accounts.items()):
            terminal.progress(f"Reading account {name}.")
            yield from _account(project, account, book, connections[name], sandbox=sandbox)
        yield from _webhooks(project, connections, wish, terminal)


def _ledger(book: Book, project: Opened) -> Iterator[Check]:
    accounts = book.accounts()
    for account in project.project.accounts.values():
        book.base(account)  # only that reads the records
    troubles = [finding for finding in book.warnings if finding.code != _NO_REPOSITORY]
    if book.repository is not None or book.sandbox or troubles:
        yield ledger_check(book.ledger.shelf.describe(), troubles, accounts)


@contextmanager
def _connections(project: Opened, *, sandbox: bool, concurrency: int) -> Iterator[Connections]:
    """By account. A secret that is missing keeps no other account from being looked at."""
    names = sorted(project.project.accounts)
    with ExitStack() as stack:
        found: dict[str, Connection | SecretError] = {}
        for some in [names] if sandbox else [[name] for name in names]:
            try:
                opened = connected(project, some, sandbox=sandbox, concurrency=concurrency, patience=ENDLESS)
                found |= stack.enter_context(opened)
            except SecretError as error:
                # The cause says the same without the name of the account, which stands before it anyway.
                found[some[0]] = error.__cause__ if isinstance(error.__cause__, SecretError) else error
        yield found


def _account(
    project: Opened, account: Account, book: Book, connection: Connection | SecretError, *, sandbox: bool
) -> Iterator[Check]:
    where = f"account {account.name}"
    if isinstance(connection, SecretError):
        yield failed("account.secret", connection, where=where)
        yield from unchecked(where, "the secret is missing")
        return
    if sandbox:
        said = "The sandbox brings its own credentials."
        yield Check(id="account.secret", state=State.NOT_CHECKED, message=said, where=where)
    else:
        yield Check(id="account.secret", state=State.OK, message="The secret is there.", where=where)
    opener = PROVIDERS[account.provider].open_examiner
    if opener is None:
        yield from unchecked(where, f"smsops cannot look into accounts of {account.provider}")
        return
    channels = tuple(channel for channel in project.channels if channel.account == account.name)
    base = book.base(account)
    recorded = {name: entry.service_sid for name, entry in base.channels.items()}
    sids = {channel.name: channel.service_sid or recorded.get(channel.name) for channel in channels}
    patient = Patient(
        account=account.name, channels=channels, service_sids={name: sid for name, sid in sids.items() if sid}
    )
    try:
        examiner = opener(connection)
    except ProviderError as error:
        yield failed("account.credentials", error, where=where)
        yield from unchecked(where, "there is no connection")
        return
    yield from account_checks(patient, examiner)


def _webhooks(project: Opened, connections: Connections, wish: Wish, terminal: Terminal) -> Iterator[Check]:
    if not wish.probe:
        said = "The URLs of the channels were not called; --probe calls them."
        yield Check(id="webhook.place", state=State.NOT_CHECKED, message=said)
        return
    try:
        context = authorities(os.environ.get("SSL_CERT_FILE"))
    except OSError as error:
        raise SmsopsError(
            f"The certificate authorities cannot be read: {error.strerror or error}.",
            hint="Check SSL_CERT_FILE.",
            code="SMS407",
        ) from error
    terminal.progress("Calling the URLs.")
    workers = ThreadPoolExecutor(max_workers=_PROBES)
    try:
        for name, account in sorted(project.project.accounts.items()):
            maker = PROVIDERS[account.provider].made_up
            if maker is None:
                continue
            probe = Probe(context=context, made_up=maker, now=wish.now, port_here=wish.port_here)
            calls = list(_calls(project, account, connections[name]))
            for checks in workers.map(lambda call, probe=probe: list(webhook_checks(call, probe)), calls):
                yield from checks
    finally:
        workers.shutdown(cancel_futures=True)


def _calls(project: Opened, account: Account, connection: Connection | SecretError) -> Iterator[Call]:
    """The URLs of an account's channels, with what signs them."""
    secret = None if isinstance(connection, SecretError) else connection.password
    unsigned = "No signed request can be made: the secret is missing."
    if account.api_key_sid is not None:
        secret = None
        unsigned = "No signed request can be made: webhooks are signed with the auth token, and an API key is in use."
    channels = [channel for channel in project.channels if channel.account == account.name]
    for occasion, names in occasions(channels, account.account_sid).values():
        where = f"{occasion.url} ({names})"
        yield Call(occasion=occasion, where=where, secret=secret, unsigned=unsigned)
