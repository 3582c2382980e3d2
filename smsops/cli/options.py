"""The options of every command, accepted before and after its name, and each also by `SMSOPS_…`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from smsops.cli import GLOBAL_OPTIONS
from smsops.frozen import Frozen

FORMATS = ("text", "json", "markdown", "html", "csv", "github", "gitlab", "sarif", "junit")
"""Every format of contract 9; a command offers those that it has a renderer for."""


class Output(Frozen):
    """One `-o`: a format, and the file it goes to; None is stdout."""

    format: str
    file: Path | None = None


class Options(Frozen):
    """The global options of one run."""

    chdir: Path | None
    config: Path | None
    sandbox: bool
    output: tuple[Output, ...]
    color: str
    quiet: bool
    verbose: bool
    no_input: bool


class OutputType(click.ParamType[Output]):
    """`FORMAT` or `FORMAT=FILE`."""

    name = "output"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        if isinstance(value, Output):
            return value
        name, equals, file = str(value).partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is not a format; choose from {', '.join(FORMATS)}.", param, ctx)
        if equals and not file:
            self.fail(f"a file name is missing after {value!r}.", param, ctx)
        if is_yaml(file):
            self.fail(_NEVER_YAML.format(file), param, ctx)
        return Output(format=name, file=Path(file) if file else None)


class OutFile(click.ParamType[Path]):
    """A file that is written."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if is_yaml(str(value)):
            self.fail(_NEVER_YAML.format(value), param, ctx)
        return Path(value)


_NEVER_YAML = "{!r} has the name of a channel file, and no output of smsops is YAML."


def is_yaml(file: str) -> bool:
    """Whether a file has the name of a file of the project: an output would take its place."""
    return file.lower().endswith((".yaml", ".yml"))


def in_github() -> bool:
    """Whether GitHub Actions runs this."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def environment_name(option: str) -> str:
    """The variable that sets an option: `SMSOPS_NO_INPUT` for `--no-input`."""
    return "SMSOPS_" + option.upper().replace("-", "_")


def option(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    """Like `click.option`, and set by `SMSOPS_…` as every option is."""
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar=environment_name(long.removeprefix("--")), show_envvar=True, **attributes)


def global_options(*, environment: bool) -> list[click.Option]:
    """New instances of the global options; only one level of the command line reads the environment."""
    helps = dict(GLOBAL_OPTIONS)
    flags = dict(zip(_SHAPES, GLOBAL_OPTIONS, strict=True))
    built = []
    for name, (names, attributes) in _SHAPES.items():
        variable = environment_name(name) if environment else None
        built.append(click.Option([*names, name], help=helps[flags[name][0]], envvar=variable, **attributes))
    return built


_SHAPES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "chdir": (["-C", "--chdir"], {"metavar": "DIR", "type": click.Path(exists=True, file_okay=False, path_type=Path)}),
    "config": (["--config"], {"metavar": "FILE", "type": click.Path(path_type=Path)}),
    "sandbox": (["--sandbox"], {"is_flag": True}),
    "output": (["-o", "--output"], {"metavar": "FORMAT[=FILE]", "type": OutputType(), "multiple": True}),
    "color": (["--color"], {"metavar": "WHEN", "type": click.Choice(["auto", "always", "never"]), "default": "auto"}),
    "quiet": (["-q"], {"is_flag": True}),
    "verbose": (["-v"], {"is_flag": True}),
    "no_input": (["--no-input"], {"is_flag": True}),
}


def gather(ctx: click.Context) -> Options:
    """Take the global options off this command and the groups before it: the nearest to the command wins.

    Every `-o` of the command line counts, wherever it stands.
    """
    levels = list(_levels(ctx))
    values: dict[str, Any] = {}
    for name in _SHAPES:
        given = [level.params[name] for level in levels if _on_command_line(level, name)]
        values[name] = given[0] if given else levels[-1].params[name]
        if name == "output" and given:
            values[name] = tuple(output for outputs in reversed(given) for output in outputs)
    for name in _SHAPES:
        ctx.params.pop(name)
    return Options(**values)


def _levels(ctx: click.Context | None) -> Iterator[click.Context]:
    while ctx is not None:
        yield ctx
        ctx = ctx.parent


def _on_command_line(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
