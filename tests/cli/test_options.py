"""The global options: before and after the command, by the environment, and what each of them does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsops.cli.group import root
from tests.cli.door import CODES, ROOT, SUPPORT, Run, process, write_project


@pytest.fixture
def outside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, seen from beside it."""
    monkeypatch.chdir(project.parent)
    return project


def test_an_option_works_before_and_after_the_command(outside: Path, run: Run) -> None:
    before = run("-C", "project", "-o", "json", "list")
    after = run("list", "-C", "project", "-o", "json")
    assert before.code == after.code == 0
    assert before.document == after.document
    assert len(before.document["channels"]) == 2


def test_the_option_next_to_the_command_wins(outside: Path, run: Run) -> None:
    write_project(outside.parent / "other", codes=CODES)
    assert len(run("-C", "project", "list", "-C", "other", "-o", "json").document["channels"]) == 1


def test_outputs_from_both_sides_of_the_command_add_up(outside: Path, run: Run) -> None:
    ran = run("-o", "json=all.json", "-C", "project", "list", "-o", "text")
    assert "support" in ran.out
    assert json.loads((outside / "all.json").read_text())["ok"] is True


def test_a_section_takes_options_between_its_words(outside: Path, run: Run) -> None:
    assert run("sandbox", "-C", "project", "reset", "-o", "json").document == {
        "format_version": "1.0",
        "ok": True,
        "removed": [],
    }


def test_the_environment_sets_what_the_line_does_not(outside: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSOPS_CHDIR", "project")
    monkeypatch.setenv("SMSOPS_OUTPUT", "json json=all.json")
    assert run("list").document["ok"] is True
    assert (outside / "all.json").exists()
    assert run("list", "-o", "text").out.startswith("NAME")


def test_every_option_can_be_set_by_the_environment() -> None:
    unnamed = set()
    for command in ("plan", "apply", "validate", "instructions"):
        context = root().make_context("smsops", [command], resilient_parsing=True)
        found = root().get_command(context, command)
        assert found is not None
        own = {option.name: option for option in found.params if option.param_type_name == "option"}
        shared = {option.name: option for option in root().params}
        unnamed |= {name for name, option in own.items() if not (shared.get(name) or option).envvar}
    assert unnamed == set()


def test_a_wrong_value_in_the_environment_is_wrong_usage(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSOPS_COLOR", "blue")
    ran = run("list")
    assert ran.code == 64
    assert "SMSOPS_COLOR" in ran.err or "--color" in ran.err


def test_the_options_of_a_command_can_be_set_by_the_environment(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSOPS_SANDBOX", "1")
    monkeypatch.setenv("SMSOPS_DETAILED_EXITCODE", "1")
    assert run("plan").code == 2
    monkeypatch.setenv("SMSOPS_YES", "1")
    assert run("apply").code == 0
    assert run("plan").code == 0


def test_config_names_another_project_file(outside: Path, run: Run) -> None:
    ran = run("list", "--config", "project/smsops.yaml", "-o", "json")
    assert [channel["name"] for channel in ran.document["channels"]] == ["codes", "support"]


def test_the_project_is_found_from_below(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "channels")
    assert run("list").code == 0


def test_colour_is_only_for_terminals_unless_it_is_asked_for(project: Path, run: Run) -> None:
    assert "\x1b[" not in run("list").out
    assert "\x1b[" in run("list", "--color", "always").out
    assert "\x1b[" not in run("list", "--color", "always", "-o", "text=out").out + Path("out").read_text()


def test_no_color_wins_over_everything(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("SMSOPS_COLOR", "always")
    assert "\x1b[" not in run("list", "--color", "always").out


def test_progress_is_for_those_who_ask_for_it(project: Path, run: Run) -> None:
    assert run("--sandbox", "plan").err == ""
    assert "Reading account us." in run("--sandbox", "plan", "-v").err
    assert run("--sandbox", "plan", "-v", "-q").err == ""


def test_a_file_is_replaced_whole_and_a_link_is_followed(project: Path, run: Run) -> None:
    target = project / "real.json"
    target.write_text("old")
    (project / "link.json").symlink_to(target)
    assert run("list", "-o", "json=link.json").out == ""
    assert (project / "link.json").is_symlink()
    assert json.loads(target.read_text())["ok"] is True
    assert sorted(path.name for path in project.iterdir()) == ["channels", "link.json", "real.json", "smsops.yaml"]


def test_a_device_is_written_to_and_never_replaced(project: Path) -> None:
    ran = process("list", "-o", "json=/dev/stderr", cwd=project)
    assert ran.out == ""
    assert json.loads(ran.err)["ok"] is True
    assert Path("/dev/stderr").is_symlink()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_without_arrows_gets_ascii_ones(project: Path, encoding: str) -> None:
    write_project(project, support=SUPPORT.replace("Front desk", "Accueil été →"))
    ran = subprocess.run(
        [sys.executable, "-m", "smsops", "--sandbox", "plan"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr
    assert "Accueil".encode(encoding) in ran.stdout
    assert b"->" in ran.stdout
