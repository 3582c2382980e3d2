"""The help of every command: one line that says what it is for, examples that work, and its exit codes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from shutil import copytree

import click
import pytest

from smsops.cli import COMMANDS
from smsops.cli.boundary import run as run_argv
from smsops.cli.group import Command, Section, root
from smsops.cli.usage import EVERY
from smsops.errors import ExitCode
from tests.cli.conftest import committed
from tests.cli.door import CODES, SUPPORT, Run, git, write_project
from tests.cli.door import ROOT as PROJECT_ROOT

ROOT = root()
CONTEXT = click.Context(ROOT, info_name="smsops")


def commands() -> Iterator[tuple[str, Command | Section]]:
    """Every command with the words that call it."""
    for line in (*COMMANDS, "plan merge"):
        _, command, _ = ROOT.resolve_command(CONTEXT, line.split())
        assert isinstance(command, Command | Section)
        yield line, command
        if isinstance(command, Section):
            for name in command.list_commands(CONTEXT):
                inner = command.get_command(CONTEXT, name)
                assert isinstance(inner, Command)
                yield f"{line} {name}", inner


ALL = dict(commands())
EXAMPLES = [(name, example) for name, command in ALL.items() for example in command.usage.examples]


def words(example: str) -> list[str]:
    return shlex.split(example, comments=True)


@pytest.mark.parametrize("name", ALL)
def test_a_command_has_one_line_that_says_what_it_is_for_two_examples_and_its_exit_codes(name: str, run: Run) -> None:
    command = ALL[name]
    assert command.help
    purpose, *more = command.help.split("\n\n")[0].split("\n")
    assert not more
    assert len(purpose) <= 78, "it does not fit on a line"
    assert len(command.usage.examples) >= 2, "pass examples=(…) to group.command"
    assert any(words(example)[1:][: len(name.split())] == name.split() for example in command.usage.examples)
    assert command.usage.exits is not None, "pass exits={…} to group.command"
    said = run(*name.split(), "--help").out
    assert f"\n  {purpose}\n" in said
    assert all(f"\n  {example}\n" in said for example in command.usage.examples)
    listed = said.partition("\nExit codes:\n")[2]
    assert [int(line.split()[0]) for line in listed.splitlines() if line[2:3].isdigit()] == list(command.usage.codes())
    assert {*EVERY} <= {*command.usage.codes()}


FORK = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "http://127.0.0.1:9/api/v4",
    "CI_PROJECT_ID": "1",
    "CI_MERGE_REQUEST_IID": "1",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2",
}
"""Here `smsops comment` leaves its text in a file, and asks nobody."""
TERRAFORM = {
    "mode": "managed",
    "type": "twilio_messaging_services_v1",
    "name": "support",
    "instances": [{"attributes": {"sid": "MG" + "1" * 32}}],
}
ELSEWHERE = (["sandbox", "serve"], ["doctor", "--probe"])
"""What ends with Ctrl-C, or calls the public internet, runs where it ends at once."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that examples name: the project, tagged, and what earlier commands wrote. No credentials."""
    folder = tmp_path_factory.mktemp("place")
    root = write_project(folder / "project", support=SUPPORT, codes=CODES)
    write_project(root / "sms")
    committed(root)
    git(root, "tag", "v1.4")
    with chdir(root):
        for earlier in ("plan --out plan.json", "plan --shard 1/2 --out shard-1.json", "audit export q1"):
            assert run_argv(["--sandbox", *earlier.split()]) == ExitCode.OK
        (root / "state.json").write_text(json.dumps({"version": 4, "resources": [TERRAFORM]}))
        (root / "shard-2.json").write_bytes((root / "shard-1.json").read_bytes())
    return root


def typed(example: str) -> list[str]:
    """The words as a shell hands them over."""
    found = words(example)
    return [name for word in found for name in (sorted(map(str, Path().glob(word))) if "*" in word else [word])]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_an_example_works_as_it_stands(
    name: str, example: str, run: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no wrong usage, and ends with a code that the help lists; without credentials, not always with 0."""
    for variable, value in FORK.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(copytree(place, tmp_path / "here", symlinks=True))
    if name == "init":
        monkeypatch.chdir(tmp_path)
    smsops, *argv = typed(example)
    assert smsops == "smsops"
    if argv[:2] in ELSEWHERE:
        monkeypatch.chdir(tmp_path)
        assert run(*argv).err.startswith("error SMS101"), "a complaint about the missing project comes after parsing"
        return
    ran = run(*argv)
    assert ran.code != ExitCode.USAGE, ran.err
    assert ran.code in ALL[name].usage.codes()
    assert "Traceback" not in ran.err


PAGES = [
    PROJECT_ROOT / "README.md",
    # The examples of codes are files, and what happens, in words.
    *(page for page in sorted((PROJECT_ROOT / "docs").rglob("*.md")) if page.name != "codes.md"),
]
_BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^(?:\$ )?(smsops(?: \S+)*)", re.MULTILINE)
_INLINE = re.compile(r"`(smsops [^`]+)`")
_FLAG = re.compile(r"(?<!\S)--?[a-zA-Z][\w-]*")


def shown(text: str) -> list[str]:
    """Every command line of a page: in a block at the start of a line, up to two blanks, and in backquotes."""
    return [line for block in _BLOCK.findall(text) for line in _LINE.findall(block)] + _INLINE.findall(text)


def strange(line: str) -> list[str]:
    """Options of a command line that its command does not have, and the word that is no command."""
    words = line.split()[1:]
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in ("-C", "-o", "--chdir", "--output", "--config", "--color") else words[1:]
    if not words or words[0] == "COMMAND":
        return []
    name = " ".join(words[:2]) if " ".join(words[:2]) in ALL else words[0]
    if name not in ALL:
        return [name]
    known = {flag for param in ALL[name].params for flag in param.opts} | {"--help", "-h"}
    return [flag for flag in _FLAG.findall(line) if flag not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_that_a_page_shows_has_the_options_that_stand_beside_it(page: Path) -> None:
    assert [(line, strange(line)) for line in shown(page.read_text("utf-8")) if strange(line)] == []


def test_the_pages_show_commands_and_a_wrong_option_is_noticed() -> None:
    found = {line.split()[1] for page in PAGES for line in shown(page.read_text("utf-8"))}
    assert {"plan", "apply", "comment", "init", "history", "matrix", "sandbox"} <= found
    assert strange("smsops plan --write-sids") == ["--write-sids"]
    assert strange("smsops -C sms plan merge --shard 1/2") == ["--shard"]
    assert strange("smsops undo") == ["undo"]
    assert strange("smsops audit sample --seed x --size 2 -o csv=f") == []
