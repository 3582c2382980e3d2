"""`smsops schema`: the JSON Schemas that ship with smsops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

import smsops
from smsops.cli import group
from smsops.cli.terminal import Terminal
from smsops.errors import UsageError
from smsops.render.documents import SCHEMA

NAMES = ("channel", "project", "plan", "record")


@group.command("schema", renderers=SCHEMA, help="Print a JSON Schema, for editors and checks.")
@click.argument("name", type=click.Choice(NAMES))
def command(terminal: Terminal, name: str) -> None:
    terminal.emit(SCHEMA, _read(name))


def _read(name: str) -> dict[str, Any]:
    """The schema, from the package or, in a source tree, from the folder beside it."""
    package = Path(smsops.__file__).parent
    for folder in (package / "schemas", package.parent / "schemas"):
        path = folder / f"{name}.schema.json"
        if path.is_file():
            schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return schema
    raise UsageError(f"The schema of a {name} is not part of this version yet.", hint="smsops schema channel")
