"""The composite action: how arguments reach smsops, and what is installed where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smsops import __version__
from smsops.render.github import step_outputs
from smsops.render.report import Report
from tests.pipelines.places import MAY_INSTALL, ROOT, WHY_NOT, bash, calls, read, recorded

ACTION = read(ROOT / "action.yml")


def step(name: str) -> Any:
    (found,) = (one for one in ACTION["runs"]["steps"] if one["name"] == name)
    return found


def ran(tmp_path: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    env = {
        "COMMAND": "plan",
        "ARGS": arguments,
        "TMPDIR": str(tmp_path),
        "PATH": f"{recorded(tmp_path)}:{os.environ['PATH']}",
    }
    return bash(step("Run smsops")["run"], cwd=tmp_path, env=env)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", []),
        (" \n ", []),
        ("--out plan.json", ["--out", "plan.json"]),
        ("--out\nplan.json\n", ["--out", "plan.json"]),
        ("-o 'markdown=my plan.md'", ["-o", "markdown=my plan.md"]),
        ('--out "my plan.json" a\\ b', ["--out", "my plan.json", "a b"]),
        ("$HOME `id` $(touch pwned) ; touch pwned", ["$HOME", "`id`", "$(touch", "pwned)", ";", "touch", "pwned"]),
        ("* > pwned & %s -n {}", ["*", ">", "pwned", "&", "%s", "-n", "{}"]),
    ],
)
def test_arguments_are_parted_like_words_of_a_shell_and_nothing_in_them_is_carried_out(
    arguments: str, words: list[str], tmp_path: Path
) -> None:
    done = ran(tmp_path, arguments)
    assert done.returncode == 0, done.stderr
    assert calls(tmp_path) == [["plan", *words]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "calls"]


def test_a_quote_that_is_not_closed_ends_the_step_before_smsops_runs(tmp_path: Path) -> None:
    done = ran(tmp_path, "--out 'plan.json")
    assert done.returncode != 0
    assert calls(tmp_path) == []


def test_the_exit_code_of_smsops_is_that_of_the_step(tmp_path: Path) -> None:
    bin_folder = recorded(tmp_path, "exit 5")
    env = {"COMMAND": "plan", "ARGS": "", "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    assert bash(step("Run smsops")["run"], cwd=tmp_path, env=env).returncode == 5


def test_the_outputs_of_the_action_are_those_that_smsops_writes() -> None:
    report = Report(command="plan", result="changes", text="", markdown="")
    written = {line.partition("=")[0].partition("<<")[0] for line in step_outputs(report).splitlines()}
    assert set(ACTION["outputs"]) == {"result", "changes", "counts", "plan_id", "failure_reason"} <= written
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"


def test_inputs_reach_scripts_through_the_environment_alone() -> None:
    values = [value for one in ACTION["runs"]["steps"] for value in one.get("env", {}).values()]
    assert values == [
        "${{ steps.python.outputs.python-path }}",
        "${{ inputs.install }}",
        "${{ inputs.command }}",
        "${{ inputs.args }}",
    ]
    assert step("Run smsops")["if"] == "inputs.command != ''"


@pytest.mark.skipif(not MAY_INSTALL, reason=WHY_NOT)
@pytest.mark.slow
def test_the_action_installs_smsops_from_its_own_checkout_and_puts_nothing_else_on_the_path(tmp_path: Path) -> None:
    path_file = tmp_path / "path"
    env = {
        "PYTHON": sys.executable,
        "INSTALL": "",
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path / "temp folder"),
        "GITHUB_PATH": str(path_file),
        "HOME": os.environ["HOME"],  # pip's cache
        "PIP_COMPILE": "0",
    }
    done = bash(step("Install smsops")["run"], cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    (added,) = path_file.read_text().splitlines()
    assert [entry.name for entry in Path(added).iterdir()] == ["smsops"]
    # The project has the names of modules that a careless program would import from its folder.
    for name in ("json.py", "smsops.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    shown = bash("smsops --version", cwd=tmp_path, env={"PATH": f"{added}:/usr/bin:/bin"})
    assert shown.stdout == f"smsops {__version__}\n", shown.stderr
