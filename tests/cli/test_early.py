"""What begins before the command line is imported: only what is sure to be needed, and nothing that shows."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click
import pytest

from smsops.cli import COMMANDS
from smsops.cli.boundary import run as run_argv
from smsops.cli.early import FLAGS, NOTHING, VALUED, VALUES, begun_early, plain, variables
from smsops.cli.options import FORMATS, global_options
from smsops.sandbox.server import Sandbox
from tests.cli.door import Run, process, started

NOT_PLAIN = {
    "plan": {"--allow", "--changed-since", "--shard", "-C", "--chdir", "--config", "--sandbox"},
    "history": {"-C", "--chdir", "--config", "--sandbox"},
}
"""Options with which a run reads something else, or is better left to begin as ever."""


@pytest.mark.parametrize("command", FLAGS)
def test_what_each_option_means_to_it_is_decided(command: str) -> None:
    loaded = import_module(COMMANDS[command][0]).command
    options = [param for param in loaded.params if isinstance(param, click.Option)]
    plainly = {name for option in options for name in option.opts} - NOT_PLAIN[command]
    assert plainly == {*FLAGS[command], *VALUED[command]}
    assert {option.is_flag for option in options if plainly & {*option.opts} & {*FLAGS[command]}} == {True}
    assert {option.is_flag for option in options if plainly & {*option.opts} & {*VALUED[command]}} == {False}


def test_each_format_that_is_plain_is_one_of_the_command() -> None:
    for command, valued in VALUED.items():
        loaded = import_module(COMMANDS[command][0]).command
        for option in {"-o", "--output"} & {*valued}:
            assert [name for name in FORMATS if VALUES[option](name) and name not in loaded.renderers] == []


@pytest.mark.parametrize("command", FLAGS)
def test_every_variable_that_sets_an_option_is_known(command: str) -> None:
    loaded = import_module(COMMANDS[command][0]).command
    params = [*global_options(environment=True), *loaded.params]
    named = {param.envvar for param in params if isinstance(param, click.Option) and param.envvar}
    assert variables(command) - {"SMSOPS_HELP"} == named


@pytest.mark.parametrize(
    "line",
    ["plan", "plan --concurrency 64 -q", "plan -o json --out p.json --detailed-exitcode", "history codes", "history"],
)
def test_a_plain_line_is_plain_unless_a_variable_may_say_more(line: str) -> None:
    assert plain(line.split(), {"SMSOPS_TOKEN": "x", "SMSOPS_API_BASE_URL": "http://127.0.0.1:1"}) is not None
    assert plain(line.split(), {"SMSOPS_CONFIG": "x"}) is None
    assert plain(line.split(), {"SMSOPS_SANDBOX": "1"}) is None


@pytest.mark.parametrize(
    "line",
    [
        "apply",
        "-q plan",
        "plan codes",
        "plan merge a.json",
        "plan -- codes",
        "plan --help",
        "plan --out",
        "plan --out=p.json",
        "plan --concurrency 0",
        "plan --concurrency 257",
        "plan --concurrency \u0663",
        "plan --color purple",
        "plan -o nonsense",
        "plan -o csv",
        "plan -o json=p.json",
        "plan -o json -o json",
        "plan --out channels/codes.yaml",
        "plan --concurrency -1",
        "plan --shard 1/2",
        "plan -C ..",
        "history --config x",
        "history --at x",
    ],
)
def test_any_other_line_is_left_to_click(line: str) -> None:
    assert plain(line.split(), {}) is None


def test_nothing_begins_where_nothing_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", "http://127.0.0.1:1")
    begun: list[object] = []
    monkeypatch.setattr("smsops.cli.ahead.begin_ahead", begun.append)
    for line in ("plan --sandbox", "history codes", "validate", "plan"):
        with begun_early(line.split(), os.environ) as early:
            assert early is NOTHING
    assert begun == []


@pytest.mark.parametrize("line", ["plan", "plan --allow prune"])
def test_authorities_are_loaded_where_they_may_be_needed(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    begun: list[str] = []
    monkeypatch.setattr("smsops.cli.ahead.begin_ahead", lambda work: begun.append(work.__name__))
    (project / "channels" / "zz.yaml").write_text("name: zz\n", encoding="utf-8")
    with begun_early(line.split(), {}) as early:
        assert run_argv(line.split(), early) == 3
    assert begun == ["_prepare"]


def test_a_signal_ends_what_began_early_as_it_ends_all_else(project: Path, tmp_path: Path) -> None:
    waits = tmp_path / "bin" / "git"
    waits.parent.mkdir()
    waits.write_text(f"#!/bin/sh\n: > {tmp_path}/asked\nexec sleep 60\n", encoding="utf-8")
    waits.chmod(0o755)
    path = f"{waits.parent}{os.pathsep}{os.environ['PATH']}"
    with started("history", "codes", "-o", "json", cwd=project, env={"PATH": path}) as running:
        for _ in range(3000):
            if (tmp_path / "asked").exists():
                break
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate(timeout=30)
    assert running.returncode == 130
    assert json.loads(out)["error"]["message"] == "The run was interrupted."


def test_a_plan_in_a_process_of_its_own_is_the_same_plan(
    remote: Run, project: Path, sandbox: Sandbox, server: Mapping[str, str]
) -> None:
    assert remote("apply", "--yes", "--write-sids").code == 0
    sandbox.requests.clear()
    here = remote("plan")
    assert sorted(Counter(request.path for request in sandbox.requests).values()) == [1, 1, 1]
    sandbox.requests.clear()
    there = process("plan", cwd=project, env=server)
    assert (there.code, there.out) == (here.code, here.out) == (0, "No changes. 2 channels unchanged.\n")
    assert sorted(Counter(request.path for request in sandbox.requests).values()) == [1, 1, 1]


def test_what_is_wrong_is_told_once_and_as_ever(remote: Run, project: Path, server: Mapping[str, str]) -> None:
    (project / "channels" / "zz.yaml").write_text("name: zz\n", encoding="utf-8")
    here, there = remote("plan"), process("plan", cwd=project, env=server)
    assert here.code == 3
    assert (there.code, there.out, there.err) == (here.code, here.out, here.err)


def test_a_past_that_has_begun_is_read_on(run: Run, project: Path, server: Mapping[str, str], tmp_path: Path) -> None:
    traced = tmp_path / "traced"
    here = run("history", "codes")
    there = process("history", "codes", cwd=project, env={"GIT_TRACE2": str(traced)})
    assert (there.code, there.out) == (here.code, here.out)
    assert traced.read_text().count(" log -z ") == 1  # with `start` alone: no child of git's own is among them
    assert process("history", "--bogus", cwd=project).code == 64


def test_a_defect_in_what_begins_is_not_the_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsops.files.load.load_project", None)
    with begun_early(["plan"], {"SMSOPS_API_BASE_URL": "http://127.0.0.1:1"}) as begun:
        assert begun is NOTHING


def test_an_interruption_of_what_began_early_is_told_as_ever(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smsops.files.load.load_project", interrupted)
    with begun_early(["plan"], {"SMSOPS_API_BASE_URL": "http://127.0.0.1:1"}) as begun:
        assert run_argv(["plan"], begun) == 130
    assert "The run was interrupted." in capsys.readouterr().err
