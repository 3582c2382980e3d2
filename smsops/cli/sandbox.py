"""`smsops sandbox`: the embedded Twilio as a server for other programs, and a way back to an empty one."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from smsops.cli import group
from smsops.cli.accounts import furnish, running_sandbox
from smsops.cli.options import option
from smsops.cli.project import InvalidFiles, load, opened
from smsops.cli.signals import Stop, stopped_in_order
from smsops.cli.terminal import Terminal
from smsops.cli.usage import OPENED
from smsops.errors import ExitCode, SmsopsError
from smsops.render.reference import REMOVED, SERVED, Served

command = group.Section(
    name="sandbox",
    help="Serve or reset the embedded Twilio.",
    examples=("smsops sandbox serve --port 8080", "smsops sandbox reset"),
    exits={},
)


@group.command(
    "serve",
    renderers=SERVED,
    help="Serve the sandbox on this machine until it is interrupted.",
    examples=("smsops sandbox serve", "smsops sandbox serve --port 8080 -o json"),
    exits=OPENED
    | {
        ExitCode.OK: "stopped by Ctrl-C",
        ExitCode.ERROR: "the port cannot be served on",
        ExitCode.INTERRUPTED: "interrupted again while it stops",
    },
)
@option("--port", metavar="N", type=click.IntRange(0, 65535), default=0, help="The port; 0 takes a free one.")
def serve(terminal: Terminal, port: int) -> None:
    project = opened(terminal)
    with running_sandbox(project.root, port=port) as sandbox:
        given = furnish(sandbox, project, sorted(project.project.accounts))
        sids = {name: account.account_sid for name, account in project.project.accounts.items()}
        accounts = {name: (sids[name], one.username, one.password) for name, one in given.items()}
        stop = Stop()
        with stopped_in_order(stop):
            terminal.emit(SERVED, Served(base_url=sandbox.base_url, accounts=accounts))
            terminal.progress("Serving. Press Ctrl-C to stop.")
            stop.wait()


@group.command(
    "reset",
    renderers=REMOVED,
    help="Delete the sandbox's state and its records.",
    examples=("smsops sandbox reset", "smsops -C sms sandbox reset"),
    exits=OPENED | {ExitCode.ERROR: "the state cannot be removed", ExitCode.INVALID: "smsops.yaml is invalid"},
)
def reset(terminal: Terminal) -> None:
    loaded = load(terminal)
    if loaded.project is None:
        raise InvalidFiles(loaded.findings)
    root = Path(loaded.project.root)
    found = [*sorted((root / ".smsops").glob("sandbox.db*")), root / ".smsops" / "ledger"]
    removed = [path for path in found if path.exists()]
    try:
        for path in removed:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as error:
        raise SmsopsError(f"{error.filename} cannot be removed: {error.strerror}.", code="SMS102") from error
    terminal.emit(REMOVED, [path.relative_to(root).as_posix() for path in removed])


command.add_command(serve)
command.add_command(reset)
