"""Writes the reference pages from what they describe: the command line, the schemas and the registry of codes.

`make docs` runs it before the site is built; a test says when a page is not what it would write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from smsops.cli import COMMANDS, HELP_NAMES, root_help
from smsops.cli.group import Section
from smsops.codes import CODES
from smsops.files.document import written
from smsops.files.schema import schema_text

HERE = Path(__file__).parent
_MADE = "<!-- Made by `make docs`; changes here are lost. -->\n\n"
_FAMILIES = {
    "1": "Files and syntax",
    "2": "Shape of a file",
    "3": "Across files, and policy",
    "4": "The provider",
    "5": "Plan and apply",
    "6": "The ledger, and the past",
}


def commands() -> str:
    """The help of every command."""
    lead = "What `--help` prints, for each command; the global options are told once.\n"
    parts = ["# Commands\n", lead, _fenced(root_help())]
    for name, command in _commands():
        own, _, shared = _help(name, command).partition("\nGlobal options:\n")
        formats = re.search(r"FORMAT\[=FILE\] +Print as (.*?), or\s+write it to FILE", shared, re.DOTALL)
        parts += [f"## smsops {name}\n", _fenced(own)]
        if formats:
            parts.append(f"Formats of `-o`: {' '.join(formats[1].split())}.\n")
    return "\n".join(parts)


def _commands() -> Iterator[tuple[str, click.Command]]:
    for name, (module, _) in COMMANDS.items():
        command = import_module(module).command
        yield name, command
        if name == "plan":
            yield "plan merge", import_module("smsops.cli.merge").command
        if isinstance(command, Section):
            context = click.Context(command)
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield f"{name} {inner}", found


def _help(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"smsops {name}", terminal_width=100, help_option_names=list(HELP_NAMES))
    return command.get_help(context)


def channel() -> str:
    """Every key of a channel file."""
    schema = _schema("channel")
    lead = (
        "Every key of a channel file, from its schema. [The channel file](../channel-file.md) tells what a key does at "
        "the provider, and [`smsops explain`](codes.md) what a message means.\n"
    )
    parts = ["# Keys of a channel file\n", lead, *_keys(schema, schema["definitions"], "")]
    parts += _keys(schema["definitions"]["twilio_messaging"], schema["definitions"], "messaging")
    return "\n".join(parts)


def project() -> str:
    """Every key of smsops.yaml."""
    schema = _schema("project")
    lead = "Every key of `smsops.yaml`, from its schema. [The project file](../project-file.md) says more of each.\n"
    return "\n".join(["# Keys of the project file\n", lead, *_keys(schema, schema["definitions"], "")])


def _schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(schema_text(name))
    return read


def _keys(node: dict[str, Any], definitions: dict[str, Any], path: str) -> Iterator[str]:
    conditions = dict(_conditions(node))
    for name, property_ in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        key = _resolved(property_, definitions)
        yield f"## {here}\n"
        yield f"{key['description']}\n"
        required = "required" if name in node.get("required", ()) else conditions.get(name, "")
        yield "\n".join(f"- {fact}" for fact in _facts(key, definitions, required)) + "\n"
        yield from _below(key, definitions, here)


def _conditions(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys that only some files must have, and which."""
    for rule in [node, *node.get("allOf", ())]:
        for key, value in rule.get("if", {}).get("properties", {}).items():
            words = " or ".join(f"`{word}`" for word in value.get("enum", [value.get("const")]))
            for required in rule["then"].get("required", ()):
                yield required, f"required when {key} is {words}"


def _below(key: dict[str, Any], definitions: dict[str, Any], here: str) -> Iterator[str]:
    yield from _keys(key, definitions, here)
    if isinstance(key.get("additionalProperties"), dict):
        yield from _keys(_resolved(key["additionalProperties"], definitions), definitions, f"{here}.NAME")
    if "items" in key:
        yield from _keys(_resolved(key["items"], definitions), definitions, f"{here}[]")


def _facts(key: dict[str, Any], definitions: dict[str, Any], required: str) -> Iterator[str]:
    if required:
        yield required
    yield "kind: " + " or ".join(_kinds(key, definitions))
    if "enum" in key:
        yield "one of: " + ", ".join(f"`{written(word)}`" for word in key["enum"])
    if "default" in key:
        yield f"default: `{written(key['default'])}`"
    yield f"rule: {key.get('patternErrorMessage', key['errorMessage'])}"
    yield f"example: `{written(key['examples'][0])}`"


def _kinds(key: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    kinds = key["type"] if isinstance(key["type"], list) else [key["type"]]
    for kind in kinds:
        items = _resolved(key["items"], definitions)["title"].lower() if kind == "array" and "items" in key else ""
        yield f"list of {items} entries" if items else _KINDS[kind]


_KINDS = {
    "array": "list",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "null": "`null`, which clears it",
    "object": "mapping",
    "string": "text",
}


def _resolved(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = definitions[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    return found


def codes() -> str:
    """Every code of a finding or an error."""
    parts = ["# Codes\n", "What `smsops explain CODE` tells. A code never changes its meaning.\n"]
    family = ""
    for code in CODES.values():
        if code.code[3] != family:
            family = code.code[3]
            parts.append(f"## SMS{family}xx: {_FAMILIES[family]}\n")
        parts += [f"### {code.code}\n", f"**{code.title}.** {code.why}\n"]
        parts += ["Bad:\n", _fenced(code.bad), "Good:\n", _fenced(code.good)]
    return "\n".join(parts)


def _fenced(text: str) -> str:
    return f"```text\n{text.strip()}\n```\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "channel.md": channel,
    "project.md": project,
    "codes.md": codes,
}
"""File of this folder, and what makes its text."""


def page(name: str) -> str:
    """The whole text of a page."""
    return _MADE + PAGES[name]()


def main() -> None:
    """Write every page."""
    for name in PAGES:
        (HERE / name).write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
