"""`smsops schema`: the JSON Schemas that ship with smsops."""

from __future__ import annotations

import json

import click

from smsops.cli import group
from smsops.cli.terminal import Terminal
from smsops.files.schema import SCHEMAS, schema_text
from smsops.render.documents import SCHEMA


@group.command(
    "schema",
    renderers=SCHEMA,
    help="Print a JSON Schema, for editors and checks.",
    examples=("smsops schema channel", "smsops schema plan -o json=plan.schema.json"),
    exits={},
)
@click.argument("name", type=click.Choice(SCHEMAS))
def command(terminal: Terminal, name: str) -> None:
    terminal.emit(SCHEMA, json.loads(schema_text(name)))
