"""What people are told to type exists, and the reference of the two files is complete."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from smsops.cli import COMMANDS
from smsops.cli.group import Section, root
from smsops.codes import CODES
from smsops.files.document import written
from smsops.files.load import load_project
from smsops.files.schema import schema_text
from smsops.providers.twilio.instructions import instructions
from tests.files.snippets import PROJECT

ROOT = Path(__file__).parents[2]
PAGES = [
    *(
        ROOT / name
        for name in (
            "README.md",
            "docs/adopt.md",
            "docs/audit.md",
            "docs/channel-file.md",
            "docs/ledger.md",
            "docs/project-file.md",
        )
    ),
    *(ROOT / "docs" / name for name in ("index.md", "tutorial.md", "reference/outcomes.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
    *sorted((ROOT / "docs" / "explanation").glob("*.md")),
]
REFERENCE = {"channel": ROOT / "docs" / "channel-file.md", "project": ROOT / "docs" / "project-file.md"}

PROSE = {
    "can",
    "cannot",
    "channel",
    "did",
    "elsewhere",
    "first",
    "made",
    "neither",
    "never",
    "project",
    "put",
    "saved",
    "state",
    "that",
    "would",
    "wrote",
}
"""Words after `smsops` in a sentence about it, beside verbs such as `reads`."""
SPEAK_TO_OTHERS = (
    "git.py",
    "ledger/branch.py",
    "ledger/joining.py",
    "locks/ref.py",
    "revisions.py",
    "cli/publishing.py",
    "cli/init.py",
    "render/hypertext.py",
    "streams.py",
    "history/begun.py",
    "history/signatures.py",
    "doctor/repository.py",
    "render/site/style.py",
)
"""Modules whose options are git's, and one whose options are names in a style sheet."""
_GLOBAL = r"(?:(?:-C|--chdir|--config|-o|--output|--color) [\w./=-]+ |--?[\w-]+ )*"
_COMMAND = re.compile(rf"(`|\$ )?\bsmsops {_GLOBAL}([a-z][\w-]*)(?![\w.])")
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)\b")


def unknown_commands(text: str) -> set[str]:
    """Commands that the text names and that do not exist. In backquotes and after a prompt every word is one."""
    return {
        word
        for quoted, word in _COMMAND.findall(text)
        if word not in COMMANDS and (quoted or not (word.endswith("s") or word in PROSE))
    }


def options_of(command: click.Command) -> Iterator[str]:
    for param in command.params:
        yield from (name for name in param.opts if name.startswith("--"))
    if isinstance(command, Section):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from options_of(inner)


@pytest.fixture(scope="module")
def options() -> set[str]:
    commands = [root(), *(import_module(module).command for module, _ in COMMANDS.values())]
    return {"--help", "--version"} | {name for command in commands for name in options_of(command)}


def spoken(path: Path) -> Iterator[str]:
    """The texts of a module that may be shown: all its strings but the docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def texts() -> Iterator[tuple[str, str]]:
    """Everything that people read, with where it stands."""
    for page in PAGES:
        yield page.name, page.read_text(encoding="utf-8")
    modules = set((ROOT / "smsops").rglob("*.py")) - {ROOT / "smsops" / name for name in SPEAK_TO_OTHERS}
    for module in sorted(modules):
        yield from ((module.name, text) for text in spoken(module))
    for schema in sorted((ROOT / "schemas").glob("*.json")):
        yield schema.name, schema.read_text(encoding="utf-8")
    for code in CODES.values():
        yield code.code, "\n".join((code.title, code.why, code.bad, code.good))
    yield from (("instructions", "\n".join((step.title, *step.lines))) for step in instructions(None, None))


def test_every_command_that_people_are_told_to_type_exists():
    assert {(where, word) for where, text in texts() for word in unknown_commands(text)} == set()


def test_every_option_that_people_are_told_to_type_exists(options: set[str]):
    named = {(where, f"--{name}") for where, text in texts() for name in _OPTION.findall(text)}
    assert len(named) > 20
    assert {(where, name) for where, name in named if name not in options} == set()


@pytest.mark.parametrize(
    "text",
    [
        "Run `smsops undo` here.",
        "$ smsops release",
        "`smsops buy` does it.",
        "smsops -C a buy NAME",
        "then smsops import x",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(text: str):
    assert unknown_commands(text)


def resolved(node: Any, definitions: Any) -> Any:
    return definitions[node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def keys(node: Any, definitions: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every key below a node, as `a.b` and `list[].c`; a free name is NAME, and the keys of a secret stand alone."""
    for name, property_ in node.get("properties", {}).items():
        inner = resolved(property_, definitions)
        secret = inner.get("title") == "Secret"
        here = f"{path}.{name}" if path else name
        yield here, inner
        yield from keys(inner, definitions, "" if secret else here)
    more, items = node.get("additionalProperties"), node.get("items")
    if isinstance(more, dict):
        yield from keys(resolved(more, definitions), definitions, f"{path}.NAME")
    if isinstance(items, dict):
        yield from keys(resolved(items, definitions), definitions, f"{path}[]")


def schema_keys(name: str) -> dict[str, Any]:
    schema = json.loads(schema_text(name))
    found = dict(keys(schema, schema["definitions"], ""))
    if name == "channel":
        found |= dict(keys(schema["definitions"]["twilio_messaging"], schema["definitions"], "messaging"))
    return found


def rows(name: str) -> dict[str, str]:
    """Each table row whose first cell is one key."""
    page = REFERENCE[name].read_text(encoding="utf-8")
    found = re.findall(r"^\| `([\w.\[\]]+)` \|(.*)\|$", page, re.MULTILINE)
    return {key: row for key, row in found if key not in ("outbound", "inbound")}


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_names_every_key_of_the_schema_and_no_other(name: str):
    assert set(rows(name)) == set(schema_keys(name))


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_tells_choices_defaults_and_what_is_required_as_the_schema_does(name: str):
    for key, node in schema_keys(name).items():
        row = rows(name)[key]
        for word in node.get("enum", ()):
            assert word is None or f"`{word}`" in row or row.split("|")[1].endswith(f"; {word} "), (key, word)
        if "default" in node:
            assert f"| `{written(node['default'])}` |" in f"{row}|", key
        for required in node.get("required", ()):
            inner = f"{key}[].{required}" if node.get("title") == "Sender" else f"{key}.{required}"
            assert "required" in rows(name)[inner], inner


def test_the_channel_of_the_readme_is_valid_also_where_an_owner_is_required(tmp_path):
    (sample,) = re.findall(r"```yaml\n# (channels/\S+)\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)
    path, text = sample
    (tmp_path / "channels").mkdir()
    (tmp_path / path).write_text(text, encoding="utf-8")
    project = PROJECT.replace("  main:", "  us:") + "policy:\n  require_owner: true\n"
    (tmp_path / "smsops.yaml").write_text(project, encoding="utf-8")
    loaded = load_project(tmp_path)
    assert loaded.findings == ()
    assert len(loaded.channels) == 1
