"""Starting is cheap, and the cheap start says the same as the full command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from smsops import __version__
from smsops.cli import COMMANDS, GLOBAL_OPTIONS, root_help
from smsops.cli.group import root
from smsops.cli.options import global_options
from tests.cli.door import ROOT, Run, process

HEAVY = ("twilio", "requests", "aiohttp", "jsonschema", "deepdiff", "rich", "urllib3", "yaml", "sqlite3", "http.server")

SEEN = """
import sys
sys.argv = ["smsops", *{argv!r}]
from smsops.cli import main
try:
    main()
finally:
    print("|".join(sorted(sys.modules)), file=sys.stderr)
"""


def imported(*argv: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SEEN.format(argv=list(argv))], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines()[-1].split("|"))


@pytest.mark.parametrize("argv", [(), ("--help",), ("-h",), ("--version",)])
def test_the_root_help_and_the_version_import_neither_click_nor_dataclasses(argv: tuple[str, ...]) -> None:
    assert not imported(*argv) & {"click", "dataclasses", "json", "typing", *HEAVY}


EACH_HELP = """
import contextlib, io, json, sys
from smsops.cli import main
imported, before = {}, set(sys.modules)
for name in sys.argv[1:]:
    sys.argv = ["smsops", name, "--help"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
    imported[name] = sorted(sys.modules.keys() - before)
    before |= sys.modules.keys()
print(json.dumps(imported))
"""
"""The help of one command after the other: what a command imports first is told with it."""


def test_the_help_of_a_command_imports_nothing_heavy() -> None:
    command = [sys.executable, "-c", EACH_HELP, *COMMANDS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert {f"smsops.cli.{name}" for name in COMMANDS} <= {module for modules in found.values() for module in modules}
    assert {name: heavy for name, modules in found.items() if (heavy := set(modules) & set(HEAVY))} == {}


def test_completion_and_the_list_of_providers_import_nothing_heavy() -> None:
    assert not imported("completion", "bash") & set(HEAVY)
    assert not imported("providers") & set(HEAVY)


def test_explaining_a_code_or_an_error_number_imports_nothing_heavy() -> None:
    assert not imported("explain") & set(HEAVY)


def test_the_help_of_plan_and_apply_says_what_naming_channels_does(run: Run) -> None:
    for name in ("plan", "apply"):
        assert "Naming channels makes the plan partial." in run(name, "--help").out


def test_every_command_that_a_message_names_exists() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "smsops").rglob("*.py"))
    named = set(re.findall(r"(?:`|\$ )smsops ([a-z]+)", source))
    assert {"plan", "sandbox", "validate"} <= named
    assert named <= set(COMMANDS)


def test_the_quick_help_is_the_help_that_click_prints(run: Run) -> None:
    assert run("-q", "--help").out == root_help()
    assert process("--help", cwd=ROOT).out == root_help()
    assert process(cwd=ROOT).out == root_help()


def test_the_quick_version_is_the_version_that_click_prints(run: Run) -> None:
    assert run("-q", "--version").out == process("--version", cwd=ROOT).out == f"smsops {__version__}\n"


def test_the_root_help_describes_the_global_options_that_exist() -> None:
    context = click.Context(root(), info_name="smsops")
    records = tuple(option.get_help_record(context) for option in global_options(environment=False))
    assert records == GLOBAL_OPTIONS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_helps(name: str, run: Run) -> None:
    ran = run(name, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: smsops {name}")
    assert "Global options:" in ran.out
    assert ran.err == ""


def test_a_closed_pipe_ends_the_help_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "smsops", "--help"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""


def test_a_closed_pipe_ends_a_command_quietly(project: Path) -> None:
    command = f"'{sys.executable}' -m smsops explain -o json | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert done.stderr == b""
