"""Click, bent to this command line: commands loaded when they run, global options anywhere, formats checked first."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smsops.cli import COMMANDS, COMPLETION, HELP_NAMES, root_help, version_line
from smsops.cli.early import NOTHING, Early
from smsops.cli.options import FORMATS, Options, Output, gather, global_options, in_github
from smsops.cli.terminal import Terminal
from smsops.cli.usage import Exits, Usage
from smsops.cli.words import completed
from smsops.frozen import replace
from smsops.render.tables import REPORTED

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_TERMINAL = "smsops.terminal"
"""Key of the run's terminal in the context's `meta`, which all levels share."""


class _Help(click.Command):
    """Lists a command's own options first, and the global ones apart; examples come before, exit codes last."""

    usage = Usage()

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        self.usage.write_examples(formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.usage.write_exits(formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        shared = {option.name for option in global_options(environment=False)}
        params = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        own = [param for param in params if param.name not in shared]
        common = [param for param in params if param.name in shared]
        for title, listed in (("Options", own), ("Global options", common)):
            records = [record for param in listed if (record := param.get_help_record(ctx))]
            with formatter.section(title):
                formatter.write_dl(records)


class Command(_Help):
    """A command whose function gets the `Terminal` first. `renderers` are the formats that it can print."""

    def __init__(self, *args: Any, renderers: Mapping[str, Any], usage: Usage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usage = usage
        for param in self.params:
            completed(param)
        self.params += global_options(environment=False)
        for param in self.params:
            if isinstance(param, click.Option) and param.name == "output":
                param.help = f"Print as {', '.join(_formats(renderers))}, or write it to FILE. Repeatable."
        self.renderers = renderers

    def invoke(self, ctx: click.Context) -> Any:
        options = gather(ctx)
        if options.chdir is not None:
            _enter(ctx, options.chdir)
        options = replace(options, output=_checked(ctx, options, _formats(self.renderers)))
        early = ctx.obj if isinstance(ctx.obj, Early) else NOTHING
        ctx.obj = ctx.meta[_TERMINAL] = Terminal(options, str(self.name), early)
        return super().invoke(ctx)


class Section(_Help, click.Group):
    """A command that only holds others, such as `sandbox`."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), exits: Exits | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usage = Usage(examples=examples, exits=exits)
        self.no_args_is_help = False
        self.params += global_options(environment=False)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


class Root(click.Group):
    """`smsops` itself: the table of commands, and the one level that reads global options from the environment."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        loaded = import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(loaded, click.Command)
        return loaded

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[:2] == ["plan", "merge"]:
            # A command of two words: `plan` itself takes channels, and one called `merge` is named as `plan -- merge`.
            return "plan merge", import_module("smsops.cli.merge").command, args[2:]
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            raise click.UsageError(f"There is no command {args[0]!r}.{suggestion(args[0], COMMANDS)}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(root_help())

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # only here: nothing else completes words

        names = [
            CompletionItem(name, help=about) for name, (_, about) in COMMANDS.items() if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def suggestion(word: str, known: Iterable[str]) -> str:
    """` Did you mean plan?` when a known word is near, else nothing."""
    from smsops.files.suggest import did_you_mean, near

    hint = did_you_mean(near(word, known))
    return f" {hint}" if hint else ""


def root() -> Root:
    """The whole command line, with no command loaded yet."""

    def show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            click.echo(version_line(), nl=False)
            ctx.exit()

    version = click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show_version, help="Print the version."
    )
    return Root(
        name="smsops",
        no_args_is_help=False,
        params=[*global_options(environment=True), version],
        context_settings={"help_option_names": list(HELP_NAMES), "max_content_width": 120},
    )


def answer_shell() -> int:
    """Answer a completing shell, which calls back with what has been typed so far."""
    try:
        root().main(args=[], prog_name="smsops", complete_var=COMPLETION)
    except SystemExit as done:
        return int(done.code or 0)


def command(
    name: str, *, renderers: Mapping[str, Any], help: str, examples: Sequence[str] = (), exits: Exits | None = None
) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command. It returns its exit code; None is 0.

    `help` begins with one line that says what it is for. `examples` are two command lines or more, and `exits` says
    which exit codes it has beside those of `usage.EVERY`: `OPENED | REMOTE | {ExitCode.REFUSED: "…"}`.
    """
    usage = Usage(examples=examples, exits=exits)

    def decorate(function: Callable[..., Any]) -> Command:
        made = click.command(name, cls=Command, renderers=renderers, help=help, usage=usage)(click.pass_obj(function))
        assert isinstance(made, Command)
        return made

    return decorate


def terminal_of(ctx: click.Context) -> Terminal | None:
    """The terminal of a run that came as far as having one."""
    found = ctx.meta.get(_TERMINAL)
    return found if isinstance(found, Terminal) else None


def _enter(ctx: click.Context, folder: Path) -> None:
    try:
        # The root context leaves it again, so that errors are still reported from inside.
        ctx.find_root().with_resource(contextlib.chdir(folder))
    except OSError as error:
        raise click.UsageError(f"{str(folder)!r} cannot be entered: {error.strerror}.", ctx=ctx) from error


def _formats(renderers: Mapping[str, Any]) -> tuple[str, ...]:
    """The formats that a command offers."""
    return tuple(name for name in FORMATS if name in renderers or (name in REPORTED and "report" in renderers))


def _checked(ctx: click.Context, options: Options, formats: Sequence[str]) -> tuple[Output, ...]:
    """The outputs with absolute files. What could not be printed or written later is refused before any work."""
    wanted = options.output or ((Output(format="github"),) if "github" in formats and in_github() else ())
    try:
        outputs = tuple(replace(o, file=o.file.absolute()) if o.file else o for o in wanted)
    except OSError as error:
        raise click.UsageError("The working directory does not exist any more.", ctx=ctx) from error
    for output in outputs:
        if output.format not in formats:
            known = ", ".join(formats)
            raise click.UsageError(f"Format {output.format} is not available for this command; choose from {known}.")
        if output.file and (output.file.is_dir() or not os.access(output.file.parent, os.W_OK | os.X_OK)):
            raise click.UsageError(f"{str(output.file)!r} cannot be written.", ctx=ctx)
    if len({output.file for output in outputs}) < len(outputs):
        raise click.UsageError("Two outputs go to the same place; give one of them a file: -o json=FILE.", ctx=ctx)
    return outputs
