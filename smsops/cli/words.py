"""What a completing shell offers where a channel or an account is to be named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from click.types import StringParamType

from smsops.cli.options import environment_name

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Word(StringParamType):
    """Text that is the name of something in the project."""

    def __init__(self, *, account: bool = False, or_file: bool = False) -> None:
        self.is_account = account
        """Whether it names an account; else a channel."""
        self._or_file = or_file
        """Whether a file can be named too; files are offered where no name begins as what was typed."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # only here: nothing else completes words

        from smsops.files.names import account_names, channel_names

        typed = ctx.params.get(param.name or "") if param.multiple or param.nargs != 1 else None
        names = account_names if self.is_account else channel_names
        offered = names(_place(ctx, "chdir") or os.curdir, _place(ctx, "config"))
        found = [name for name in offered if name.startswith(incomplete) and name not in (typed or ())]
        if found or not self._or_file:
            return [CompletionItem(name) for name in found]
        return [CompletionItem(incomplete, type="file")]


def completed(param: click.Parameter) -> None:
    """Let a shell offer names for the parameter, where it takes text that its help calls a channel or an account."""
    called = f"{param.metavar or ''} {param.name}".upper()
    if param.type is not click.STRING:
        return
    if re.search(r"\bCHANNELS?\b", called):
        param.type = Word(or_file="_FILE" in called)
    elif re.search(r"\bACCOUNT\b", called):
        param.type = Word(account=True)


def _place(ctx: click.Context, option: str) -> str | None:
    """A global option as it was typed nearest to the command, or as the environment sets it."""
    given: Any = next((level.params[option] for level in _levels(ctx) if level.params.get(option)), None)
    return str(given) if given else os.environ.get(environment_name(option)) or None


def _levels(ctx: click.Context | None) -> Iterator[click.Context]:
    while ctx is not None:
        yield ctx
        ctx = ctx.parent
