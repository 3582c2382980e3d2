"""What CI systems get from a run, by the real command line: every format, also of a run that fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from smsops.cli import GLOBAL_OPTIONS
from smsops.cli.options import FORMATS
from smsops.render.github import SUMMARY_BYTES
from smsops.render.tables import REPORTED
from smsops.sandbox.faults import Fault
from smsops.sandbox.server import Sandbox
from tests.cli.door import CODES, PROJECT, ROOT, SUPPORT, Run, write_project
from tests.render.reported import obeyed

BROKEN = SUPPORT.replace("direction: inbound-and-outbound", "direction: both")
COMMANDS = [("validate",), ("plan", "--sandbox"), ("apply", "--sandbox", "--yes"), ("drift", "--sandbox")]
FILES = {"github": "log.txt", "gitlab": "quality.json", "sarif": "out.sarif", "junit": "report.xml"}
EVERYWHERE = tuple(word for format, file in FILES.items() for word in ("-o", f"{format}={file}"))


def shown(text: str) -> list[tuple[str, dict[str, str], str]]:
    return [command for line in text.splitlines() if (command := obeyed(line))]


READERS: dict[str, Callable[[str], list[str]]] = {
    "github": lambda text: [properties["title"] for _, properties, _ in shown(text)],
    "gitlab": lambda text: [one["check_name"] for one in json.loads(text)],
    "sarif": lambda text: [one["ruleId"] for one in json.loads(text)["runs"][0]["results"]],
    "junit": lambda text: [one.get("message", "") for one in ET.fromstring(text).iter("failure")],
}
"""By format, what was found, as its reader sees it; fails for anything that is not of the format."""


def found(folder: Path) -> dict[str, list[str]]:
    return {format: READERS[format]((folder / file).read_text(encoding="utf-8")) for format, file in FILES.items()}


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A step of GitHub Actions: the folder of its files, which hold something already."""
    for variable in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        (tmp_path / variable).write_text("before=1\n", encoding="utf-8")
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    return tmp_path


def outputs(step: Path) -> dict[str, str]:
    lines = (step / "GITHUB_OUTPUT").read_text(encoding="utf-8").splitlines()
    assert lines.pop(0) == "before=1"
    assert [line.partition("=")[0] for line in lines] == ["result", "changes", "counts", "plan_id", "failure_reason"]
    return dict(line.split("=", 1) for line in lines)


# --- every command, every format ---------------------------------------------------------------------------


@pytest.mark.parametrize("format", REPORTED)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_each_command_prints_each_format_and_nothing_else(
    command: tuple[str, ...], format: str, project: Path, run: Run
) -> None:
    ran = run(*command, "-o", format)
    assert ran.code == 0
    assert READERS[format](ran.out) == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_several_formats_are_written_at_once_beside_the_text(command: tuple[str, ...], project: Path, run: Run) -> None:
    plain = run(*command).out if command[0] != "apply" else "Applied: 5 done."
    ran = run(*command, *EVERYWHERE, "-o", "text")
    assert ran.code == 0
    assert plain in ran.out
    assert not shown(ran.out)
    assert found(project) == {format: [] for format in FILES}


def test_the_github_format_is_the_text_for_the_log(project: Path, run: Run) -> None:
    assert run("--sandbox", "plan", "-o", "github").out == run("--sandbox", "plan").out


def test_a_plan_that_is_only_for_programs_is_shown_to_a_person_on_stderr(project: Path, run: Run) -> None:
    ran = run("--sandbox", "apply", "--yes", "-o", "junit")
    assert "Plan: create 2 services" in ran.err
    cases = [(case.get("classname"), case.get("name")) for case in ET.fromstring(ran.out).iter("testcase")]
    assert ("us/support", "attach number +12065550101 (Front desk)") in cases
    assert ("us", "read back") in cases


def test_validate_has_a_case_for_each_file_that_is_shown(project: Path, run: Run) -> None:
    names = [case.get("name") for case in ET.fromstring(run("validate", "-o", "junit").out).iter("testcase")]
    assert names == ["channels/codes.yaml", "channels/support.yaml", "smsops.yaml"]
    ran = run("validate", "channels/codes.yaml", "-o", "junit")
    assert [case.get("name") for case in ET.fromstring(ran.out).iter("testcase")] == ["channels/codes.yaml"]


def test_drift_has_a_case_for_each_service_that_was_compared(project: Path, run: Run) -> None:
    skipped = ET.fromstring(run("drift", "--sandbox", "-o", "junit").out)
    assert [case.get("name") for case in skipped.iter("testcase")] == ["records"]
    assert run("apply", "--sandbox", "--yes").code == 0
    suite = ET.fromstring(run("drift", "--sandbox", "-o", "junit").out)
    assert [str(case.get("name")).split()[0] for case in suite.iter("testcase")] == ["codes", "support"]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")


def test_drift_fails_the_case_of_the_service_that_drifted(
    remote: Run, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    assert remote("apply", "--yes").code == 0
    sid = next(s for s in sandbox.console.services(server["ACCOUNT_SID"]) if _name_of(sandbox, s) == "codes")
    sandbox.console.update_service(sid, friendly_name="by hand")
    suite = ET.fromstring(remote("drift", "-o", "junit").out)
    (failed,) = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed.get("name") == f"codes ({sid})"
    assert "friendly_name: codes → by hand" in str(failed.findtext("failure"))


def _name_of(sandbox: Sandbox, sid: str) -> str:
    return str((sandbox.console.service(sid) or {})["friendly_name"])


@pytest.mark.parametrize("name", ["validate", "plan", "apply", "drift"])
def test_the_help_names_every_format_that_ci_reads(name: str, run: Run) -> None:
    words = " ".join(run(name, "--help").out.split())
    assert all(format in words for format in REPORTED)
    about = dict(GLOBAL_OPTIONS)["-o, --output FORMAT[=FILE]"]
    assert [format for format in FORMATS if format in about] == list(FORMATS)


# --- runs that fail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS[:3], ids=lambda words: words[0])
def test_invalid_files_are_found_in_every_format(command: tuple[str, ...], project: Path, run: Run) -> None:
    write_project(project, support=BROKEN)
    assert run(*command, *EVERYWHERE).code == 3
    codes = found(project)
    assert codes["github"] == codes["gitlab"] == codes["sarif"] == ["SMS204"]
    assert any("direction" in message for message in codes["junit"])


def test_a_broken_project_file_is_found_by_drift(project: Path, run: Run) -> None:
    write_project(project, project=PROJECT.replace("version: 1", "version: one"))
    assert run("drift", "--sandbox", *EVERYWHERE).code == 3
    codes = found(project)
    assert codes["github"] == codes["gitlab"] == codes["sarif"] != []


@pytest.mark.parametrize(
    ("argv", "exit_code", "code"),
    [
        (("plan",), 4, "SMS409"),
        (("apply", "--yes"), 4, "SMS409"),
        (("plan", "nobody"), 3, "SMS102"),
        (("apply", "--sandbox"), 5, "SMS506"),
        (("apply", "no-such-plan.json"), 64, "SMS102"),
        (("plan", "--nonsense"), 64, "SMS102"),
    ],
)
def test_a_failure_is_found_at_the_project_file(
    argv: tuple[str, ...], exit_code: int, code: str, project: Path, run: Run
) -> None:
    ran = run(*argv, *EVERYWHERE)
    assert ran.code == exit_code
    assert f"error {code}: " in ran.err
    codes = found(project)
    assert codes["github"] == codes["gitlab"] == codes["sarif"] == [code]
    (error,) = ET.parse(project / "report.xml").iter("error")
    assert str(error.get("message")) in ran.err
    assert (project / "log.txt").read_text().startswith("::error file=smsops.yaml,line=1,col=1,title=SMS")


def test_a_refused_plan_is_a_finding_at_the_line_that_asks_for_it(
    remote: Run, project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    sid = sandbox.console.create_service(server["ACCOUNT_SID"], "support")
    for argv in (("plan",), ("apply", "--yes")):
        assert remote(*argv, *EVERYWHERE).code == 5
        codes = found(project)
        assert codes["github"] == codes["gitlab"] == codes["sarif"] == ["SMS504"]
        assert codes["junit"] != []
    assert sid in (project / "quality.json").read_text()


def test_a_failed_change_is_a_finding_at_its_line(remote: Run, project: Path, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/PhoneNumbers$", status=400, code=21712, times=1))
    assert remote("apply", "--yes", *EVERYWHERE).code == 8
    (one,) = json.loads((project / "quality.json").read_text())
    assert one["check_name"] == "SMS406"
    assert one["location"]["path"].startswith("channels/")
    assert one["location"]["lines"]["begin"] > 1
    (run,) = json.loads((project / "out.sarif").read_text())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert len(list(ET.parse(project / "report.xml").iter("error"))) == 1


def test_what_smsops_got_wrong_is_in_the_reports_too(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("half a thought")

    monkeypatch.setattr("smsops.files.load.load_project", broken)
    ran = run("plan", *EVERYWHERE)
    assert ran.code == 1
    assert found(project)["github"] == ["smsops plan"]
    assert "::ZeroDivisionError: half a thought\n" in (project / "log.txt").read_text()
    (run_of,) = json.loads((project / "out.sarif").read_text())["runs"]
    assert run_of["invocations"][0]["executionSuccessful"] is False


def test_a_report_that_cannot_be_written_is_told_and_takes_no_other_along(project: Path, run: Run) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    ran = run("plan", "nobody", "-o", f"junit={full}", "-o", "gitlab=quality.json")
    assert ran.code == 3
    assert "error SMS102: /dev/full cannot be written: No space left on device.\n" in ran.err
    assert json.loads((project / "quality.json").read_text())[0]["check_name"] == "SMS102"


# --- GitHub Actions ----------------------------------------------------------------------------------------


def test_github_is_chosen_by_itself_and_only_where_it_is_offered(step: Path, project: Path, run: Run) -> None:
    write_project(project, support=BROKEN)
    ran = run("validate")
    assert ran.code == 3
    assert [properties["title"] for _, properties, _ in shown(ran.out)] == ["SMS204"]
    write_project(project, support=SUPPORT)
    assert run("list").out.startswith("NAME")
    assert "Rehearsed: it converges" in run("rehearse", "--sandbox").out


@pytest.mark.parametrize("setting", ["false", "1", ""])
def test_github_is_not_chosen_elsewhere(setting: str, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", setting)
    write_project(project, support=BROKEN)
    assert not shown(run("validate").out)


def test_what_is_asked_for_wins_over_github(
    step: Path, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(project, support=BROKEN)
    assert not shown(run("validate", "-o", "text", "-o", "junit=report.xml").out)
    monkeypatch.setenv("SMSOPS_OUTPUT", "json")
    assert run("validate").document["ok"] is False
    assert (step / "GITHUB_OUTPUT").read_text() == "before=1\n"


def test_summary_and_outputs_are_appended(step: Path, project: Path, run: Run) -> None:
    page = run("validate", "-o", "markdown").out
    assert run("validate").code == 0
    assert (step / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8") == "before=1\n" + page
    told = outputs(step)
    assert (told["result"], told["changes"], told["failure_reason"]) == ("valid", "0", "")
    assert json.loads(told["counts"]) == {"files": 3, "channels": 2, "errors": 0, "warnings": 0}


def test_the_outputs_of_a_plan_are_those_of_its_document(step: Path, project: Path, run: Run) -> None:
    document = run("--sandbox", "plan", "-o", "json").document
    assert run("--sandbox", "plan").code == 0
    told = outputs(step)
    assert told["result"] == "changes"
    assert told["changes"] == str(len(document["changes"])) == "5"
    assert told["plan_id"] == document["plan_id"]
    assert json.loads(told["counts"]) == document["summary"]


def test_a_run_that_fails_has_outputs_too(step: Path, project: Path, run: Run) -> None:
    ran = run("plan")
    assert ran.code == 4
    told = outputs(step)
    assert told["result"] == "failed"
    assert told["failure_reason"] == "Account us: The environment variable US_TOKEN is not set."
    assert len(shown(ran.out)) == 1


@pytest.mark.parametrize("lost", ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"])
def test_a_file_of_the_runner_that_cannot_be_written_is_a_sentence(
    lost: str, step: Path, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(lost, str(project))
    ran = run("--sandbox", "plan")
    assert ran.code == 1
    assert ran.err == f"error SMS102: {lost} cannot be written: Is a directory.\nhint: It names a file of the runner.\n"
    other = {"GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"} - {lost}
    assert (step / other.pop()).read_text() != "before=1\n"


def test_an_apply_that_wrote_says_so_also_when_the_summary_cannot_be_written(
    step: Path, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project))
    ran = run("--sandbox", "apply", "--yes")
    assert ran.code == 1
    assert "GITHUB_STEP_SUMMARY cannot be written: Is a directory. Applied: 5 done." in ran.err
    assert "Traceback" not in ran.err
    assert "Applied: 5 done." in ran.out
    told = outputs(step)
    assert (told["result"], told["changes"]) == ("applied", "5")
    assert run("--sandbox", "plan", "-o", "json").document["changes"] == []


def test_a_failure_is_told_also_when_the_summary_cannot_be_written(
    step: Path, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project))
    ran = run("plan", "nobody")
    assert ran.code == 3
    assert "There is no channel 'nobody'." in ran.err
    assert "GITHUB_STEP_SUMMARY cannot be written" in ran.err


def test_a_summary_never_grows_beyond_what_github_takes(step: Path, project: Path, run: Run) -> None:
    summary = step / "GITHUB_STEP_SUMMARY"
    summary.write_text("x" * (SUMMARY_BYTES - 10), encoding="utf-8")
    assert run("validate").code == 0
    assert summary.stat().st_size == SUMMARY_BYTES - 10
    assert outputs(step)["result"] == "valid"
    summary.write_text("x" * (SUMMARY_BYTES - 100), encoding="utf-8")
    assert run("validate").code == 0
    assert SUMMARY_BYTES - 100 < summary.stat().st_size <= SUMMARY_BYTES


def test_the_outputs_are_written_also_when_nobody_takes_stdout(step: Path, project: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    words = [sys.executable, "-m", "smsops", "validate"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, cwd=project, env=environment, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"error SMS102: stdout cannot be written")
    assert outputs(step)["result"] == "valid"


def test_an_apply_shows_its_plan_once_before_it_applies(step: Path, project: Path, run: Run) -> None:
    ran = run("--sandbox", "apply", "--yes")
    assert ran.code == 0
    assert ran.out.count("Plan: create 2 services") == 1
    assert ran.out.index("Plan: create 2 services") < ran.out.index("Applied: 5 done.")


@pytest.mark.parametrize("argv", [("apply", "--sandbox"), ("apply", "--sandbox", "--no-input")])
def test_an_apply_that_fails_shows_its_plan_once(argv: tuple[str, ...], step: Path, project: Path, run: Run) -> None:
    ran = run(*argv)
    assert ran.code == 5
    assert ran.out.count("Plan: create 2 services") == 1
    assert [properties["title"] for _, properties, _ in shown(ran.out)] == ["SMS506"]
    assert outputs(step)["result"] == "refused"


def test_a_refused_apply_shows_its_plan_once(
    step: Path, remote: Run, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    sandbox.console.create_service(server["ACCOUNT_SID"], "support")
    ran = remote("apply", "--yes")
    assert ran.code == 5
    assert ran.out.count("1 change refused.") == 1
    told = outputs(step)
    assert (told["result"], told["failure_reason"]) == ("refused", "1 change is refused: namesake.")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("apply", "--sandbox", "--yes"), 0),
        (("plan", "--sandbox", "--detailed-exitcode"), 2),
        (("apply", "--sandbox"), 5),
        (("apply", "--yes"), 4),
        (("apply", "nobody"), 3),
        (("apply", "--nonsense"), 64),
    ],
)
def test_the_exit_codes_are_the_same_under_github(
    argv: tuple[str, ...], code: int, step: Path, project: Path, run: Run
) -> None:
    ran = run(*argv)
    assert ran.code == code
    assert "Traceback" not in ran.err


def test_a_stale_plan_is_a_word_and_its_findings_are_told(
    step: Path, remote: Run, project: Path, server: Mapping[str, str], sandbox: Sandbox
) -> None:
    assert remote("apply", "--yes").code == 0
    write_project(project, codes=CODES.replace("/status", "/other"))
    assert remote("plan", "--out", "plan.json").code == 0
    sid = next(s for s in sandbox.console.services(server["ACCOUNT_SID"]) if _name_of(sandbox, s) == "codes")
    sandbox.console.update_service(sid, status_callback="https://hooks.example.com/third")
    (step / "GITHUB_OUTPUT").write_text("before=1\n")
    ran = remote("apply", "plan.json")
    assert ran.code == 6
    assert {properties["title"] for _, properties, _ in shown(ran.out)} == {"SMS511"}
    assert outputs(step)["result"] == "stale"
