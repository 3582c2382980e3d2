"""`smsops rehearse`: the plan, carried out on a copy of the account that nobody else sees."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from smsops.apply import Unstopped, apply
from smsops.binding import wanted
from smsops.changes import Gate
from smsops.cli import group
from smsops.cli.ledgers import SANDBOX, opened_book
from smsops.cli.plan import verdict, wish_options
from smsops.cli.planning import Ready, now, planned
from smsops.cli.project import Opened, opened
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED, REMOTE
from smsops.cli.wishes import Wish
from smsops.errors import ExitCode
from smsops.gates import judge
from smsops.ledger.folder import Folder
from smsops.ledger.ledger import Ledger
from smsops.ledger.records import Run
from smsops.model import LiveState
from smsops.plan import plan as drawn
from smsops.planned import Plan
from smsops.providers import PROVIDERS
from smsops.providers.base import Connection
from smsops.providers.twilio.wire import fields_of
from smsops.render.drawn import Drawn
from smsops.render.rehearsed import REHEARSED, Part, Rehearsed
from smsops.render.text import plan_text
from smsops.secrets.base import Secret

if TYPE_CHECKING:
    from smsops.sandbox.server import Sandbox

_HELP = """Carry the plan out on a copy of the account that nobody else sees.

The account itself is only read. The copy is a sandbox that is thrown away. Times are those of this machine, not of
Twilio."""


@group.command(
    "rehearse",
    renderers=REHEARSED,
    help=_HELP,
    examples=("smsops rehearse", "smsops rehearse support --allow prune"),
    exits=OPENED
    | REMOTE
    | {
        ExitCode.ERROR: "unexpected or remote error, or the plan does not come to its end on the copy",
        ExitCode.INVALID: "files invalid, an unknown channel, or an account that lacks what they ask for",
        ExitCode.REFUSED: "refused by a gate",
    },
)
@wish_options("[CHANNEL]...")
def command(terminal: Terminal, channels: tuple[str, ...], allow: tuple[str, ...], concurrency: int) -> int:
    project = opened(terminal)
    wish = Wish(channels=channels, allow=frozenset(map(Gate, allow)), concurrency=concurrency)
    book = opened_book(project, sandbox=terminal.options.sandbox, strict=False)
    with planned(project, wish, terminal, book) as drawn:
        plan, ready = drawn.plan, drawn.ready
        terminal.show(plan_text, Drawn(plan=plan, channels=project.by_name))
        code = verdict(plan)
        parts = () if code is not ExitCode.OK else tuple(_part(plan, one, project, wish, terminal) for one in ready)
    rehearsed = Rehearsed(plan=plan, parts=parts, verdict=code)
    terminal.emit(REHEARSED, rehearsed)
    return rehearsed.exit_code


def _part(plan: Plan, one: Ready, project: Opened, wish: Wish, terminal: Terminal) -> Part:
    """One account: copied, applied to by the real code over real HTTP, and planned again."""
    from smsops.sandbox.server import Sandbox  # only here: the help of a command needs no server and no SQLite

    assert one.live is not None
    assert one.desired is not None
    with Sandbox(None) as copy, tempfile.TemporaryDirectory(prefix="smsops-") as folder:
        connection = _copied(copy, one.live, wish.concurrency)
        provider = PROVIDERS[one.account.provider]
        reader = provider.open_reader(connection)
        writer = provider.open_writer(reader)
        ledger = Ledger(Folder(Path(folder) / "ledger"))
        began = time.monotonic()
        outcome = apply(
            one.plan,
            run=Run(plan_id=plan.plan_id, server=SANDBOX),
            base=one.base,
            reader=reader,
            writer=writer,
            ledger=ledger,
            concurrency=wish.concurrency,
            progress=terminal.progress,
            halt=Unstopped(),
            now=now,
        )
        seconds = time.monotonic() - began
        sent = reader.api_calls + writer.api_calls
        base = ledger.base(one.account.name, one.account.account_sid, SANDBOX) if ledger.accounts() else one.base
        live = reader.read(wanted(one.desired, base))
        again = judge(
            drawn(desired=one.desired, live=live, base=base),
            desired=one.desired,
            base=base,
            policy=project.project.policy,
            allow=wish.allow,
        )
    return Part(outcome=outcome, calls=sent, seconds=seconds, left=again.changes)


def _copied(copy: Sandbox, live: LiveState, concurrency: int) -> Connection:
    from smsops.sandbox.loading import LoadedNumber, LoadedService

    given = copy.load_account(
        live.account_sid,
        services=[
            LoadedService(sid=sid, fields=fields_of(service.settings), pool=service.pool or {})
            for sid, service in sorted(live.services.items())
        ],
        numbers={number: LoadedNumber(sid=owned.sid, sms=owned.sms) for number, owned in (live.numbers or {}).items()},
    )
    return Connection(
        account_sid=live.account_sid,
        username=given.username,
        password=Secret(given.password),
        base_url=copy.base_url,
        concurrency=concurrency,
    )
