"""`smsops audit`: what an auditor asks of git and of the ledger."""

from __future__ import annotations

from importlib import import_module

import click

from smsops.cli import group

_HELP = """List, sample, check and export what was changed and applied.

Everything comes from git and from the ledger: no network but the ledger's remote, and no credentials."""

_COMMANDS = ("log", "sample", "verify", "export", "site")


class _Audit(group.Section):
    """Each command is loaded when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        loaded = import_module(f"smsops.cli.audits.{cmd_name}").command
        assert isinstance(loaded, click.Command)
        return loaded


command = _Audit(
    name="audit",
    help=_HELP,
    examples=("smsops audit verify", "smsops audit export q2 --since 2026-04-01 --until 2026-06-30"),
    exits={},
)
