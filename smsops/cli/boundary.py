"""The one place where a run ends: every failure becomes a message on stderr, a document where JSON was asked for,
and an exit code. What smsops itself got wrong stays a traceback.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click

from smsops.cli import mute
from smsops.cli.early import NOTHING, Early
from smsops.cli.group import root, terminal_of
from smsops.cli.options import Output, is_yaml
from smsops.cli.signals import ended_at_once
from smsops.cli.terminal import OutputLost, colored, deliver, placed, put, say
from smsops.diagnostics import Finding
from smsops.errors import ExitCode, ProviderError, SmsopsError, UsageError
from smsops.render.plain import Paint, clean, clean_lines, painted
from smsops.render.tables import FAILED, REPORTED


def run(argv: Sequence[str], early: Early = NOTHING) -> int:
    """Run a command line; its exit code (contract 3.1). What has begun early is taken over."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    command = root()
    context = click.Context(command, info_name="smsops", obj=early, **command.context_settings)
    with ended_at_once(), context:
        return _guarded(context, list(argv), early)


def _guarded(context: click.Context, argv: list[str], early: Early) -> int:
    """The run, with every failure reported while the run's own folder and outputs still stand."""
    if early.interrupted:
        return _failed(context, argv, _interrupted())
    try:
        context.command.parse_args(context, list(argv))
        return int(context.command.invoke(context) or ExitCode.OK)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        return _failed(context, argv, _usage(error))
    except SmsopsError as error:
        return _failed(context, argv, error)
    except KeyboardInterrupt:
        return _failed(context, argv, _interrupted())
    except OSError as error:
        return _failed(context, argv, _lost(error) or _defect(error))
    except Exception as error:
        return _failed(context, argv, _interrupted() if is_interruption(error) else _defect(error))


def unprintable(error: OSError) -> int:
    """The end of a run whose only output could not be printed: it is told, and the exit code is returned."""
    mute(sys.stdout.fileno())
    _tell(OutputLost(error), (), color=False)
    return ExitCode.ERROR


def _lost(error: OSError) -> OutputLost | None:
    """What click could not print; None when the error is about something else than stdout."""
    try:
        put("")  # fails as well when there is still something that cannot be written
    except OutputLost as lost:
        return lost
    return OutputLost(error) if isinstance(error, BrokenPipeError) else None


def _defect(error: Exception) -> SmsopsError:
    import traceback  # only here: nothing else of ours ends so

    say(clean_lines("".join(traceback.format_exception(error))))
    return _Defect(f"{type(error).__name__}: {error}", hint="This is a defect of smsops; the lines above say where.")


class _Interrupted(SmsopsError):
    exit_code = ExitCode.INTERRUPTED
    code = "interrupted"


def _interrupted() -> _Interrupted:
    return _Interrupted("The run was interrupted.", hint="Run it again: it sees what is left.")


def is_interruption(error: Exception) -> bool:
    """Whether an interruption is behind it: one that comes just as a thread begins to wait makes the standard library
    release a lock that it does not hold.
    """
    return isinstance(error, RuntimeError) and isinstance(error.__context__, KeyboardInterrupt)


class _Defect(SmsopsError):
    code = "defect"


def _usage(error: click.UsageError) -> UsageError:
    command = error.ctx.command_path if error.ctx else "smsops"
    return UsageError(error.format_message(), hint=f"{command} --help shows how it is used.")


def _failed(context: click.Context, argv: Sequence[str], error: SmsopsError) -> int:
    """Tell a person on stderr, and a program where it waits for a document."""
    terminal = terminal_of(context)
    name = terminal.command if terminal else "smsops"
    findings: tuple[Finding, ...] = getattr(error, "findings", ())
    mode = terminal.options.color if terminal else "auto"
    if terminal:
        terminal.wipe()
    _tell(error, findings, color=colored(mode, sys.stderr))
    report = cache(lambda: placed(FAILED["report"](name, error, findings), terminal.root if terminal else None))
    for output in dict.fromkeys(terminal.outputs if terminal else wanted_outputs(argv)):
        if not (terminal and output in terminal.attempted):
            try:
                if output.format in FAILED:
                    deliver(output, FAILED[output.format](error, findings=findings))
                elif output.format in REPORTED:
                    deliver(output, report())
            except SmsopsError as lost:
                _tell(lost, (), color=False)
    return error.exit_code


def _listed(findings: tuple[Finding, ...], *, color: bool) -> str:
    if not findings:
        return ""
    from smsops.render.findings import findings_text  # only here: most failures have none

    return findings_text(findings, color=color) + "\n"


def _tell(error: SmsopsError, findings: tuple[Finding, ...], *, color: bool) -> None:
    if isinstance(error, OutputLost) and error.reader_left:
        return
    code = f" {error.code}" if error.code.startswith("SMS") else ""
    parts = [_listed(findings, color=color)]
    parts.append(f"{painted(f'error{code}:', Paint.ERROR, color=color)} {clean(error.message)}\n")
    if isinstance(error, ProviderError) and error.request_id:
        parts.append(f"request: {clean(error.request_id)}\n")
    if error.hint:
        parts.append(f"hint: {clean(error.hint)}\n")
    say("".join(parts))


_SHORT = re.compile(r"-[qvh]*o(.*)", re.DOTALL)


def wanted_outputs(argv: Sequence[str]) -> list[Output]:
    """The outputs that a command line asks for, read off it without parsing it: it may be wrong elsewhere."""
    found = []
    words = iter(argv)
    for word in words:
        if word == "--":
            break
        if word == "--output":
            found.append(next(words, ""))
        elif word.startswith("--output="):
            found.append(word.removeprefix("--output="))
        elif match := _SHORT.fullmatch(word):
            found.append(match[1] or next(words, ""))
    if not found:
        found = os.environ.get("SMSOPS_OUTPUT", "").split()
    parted = (text.partition("=") for text in found)
    return [Output(format=name, file=Path(file) if file else None) for name, _, file in parted if not is_yaml(file)]
