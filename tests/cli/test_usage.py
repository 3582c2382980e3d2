"""Wrong usage is exit 64, and with `-o json` every failure is one document on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smsops.cli import boundary
from smsops.cli.boundary import wanted_outputs
from smsops.cli.options import Output
from tests.cli.door import Run, process, write_project

WRONG = [
    (),
    ("nonsense",),
    ("plan", "--no-such-option"),
    ("plan", "--concurrency", "0"),
    ("plan", "--concurrency", "many"),
    ("plan", "--allow", "everything"),
    ("plan", "--allow", "namesake"),
    ("plan", "-o", "xml"),
    ("list", "-o", "csv"),
    ("plan", "-o", "text="),
    ("plan", "-o"),
    ("plan", "-o", "text", "-o", "text"),
    ("plan", "-o", "text=report", "-o", "json=report"),
    ("plan", "-o", "text=no/such/folder/report"),
    ("plan", "-o", "text=channels"),
    ("plan", "--color", "sometimes"),
    ("plan", "-C", "no/such/folder"),
    ("plan", "-C", "smsops.yaml"),
    ("plan", "--config", "no-such-file.yaml"),
    ("validate", "no-such-file"),
    ("validate", ".."),
    ("show",),
    ("show", "support", "codes"),
    ("schema", "nonsense"),
    ("explain", "SMS999"),
    ("instructions", "nonsense"),
    ("sandbox",),
    ("sandbox", "nonsense"),
    ("sandbox", "serve", "--port", "70000"),
    ("completion", "tcsh"),
]


@pytest.mark.parametrize("argv", WRONG, ids=" ".join)
def test_wrong_usage_is_64_and_one_document(argv: tuple[str, ...], project: Path, run: Run) -> None:
    ran = run("-o", "json=said", *argv)
    assert ran.code == 64
    assert ran.out == ""
    assert ran.err.startswith("error SMS10")
    said = json.loads(Path("said").read_text())
    assert said["format_version"] == "1.0"
    assert said["ok"] is False
    assert said["error"]["code"] in ("SMS101", "SMS102")
    assert said["error"]["message"] in ran.err
    assert not list(project.glob(".said*"))


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (("pan",), "Did you mean plan?"),
        (("plan", "--alow", "takeover"), "--allow"),
        (("explain", "SMS9O2"), "smsops explain lists all codes."),
        (("list", "-o", "html"), "choose from text, json"),
    ],
)
def test_a_usage_error_says_what_to_do(argv: tuple[str, ...], hint: str, project: Path, run: Run) -> None:
    assert hint in run(*argv).err


def test_without_a_project_a_command_says_so_with_64(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("plan", "-o", "json")
    assert ran.code == 64
    assert ran.document["error"]["code"] == "SMS101"
    assert "smsops.yaml" in ran.err


def test_wrong_usage_is_64_in_a_process_of_its_own(tmp_path: Path) -> None:
    assert process("plan", "--nonsense", cwd=tmp_path).code == 64


def test_a_missing_working_directory_is_no_traceback(project: Path, run: Run) -> None:
    gone = project / "gone"
    gone.mkdir()
    ran = process("-C", "gone", "list", cwd=project)
    assert ran.code == 0
    ran = process("list", "-o", "json", cwd=project, env={"SMSOPS_CHDIR": str(project / "elsewhere")})
    assert ran.code == 64
    assert ran.document["ok"] is False


@pytest.mark.parametrize(
    ("argv", "outputs"),
    [
        (["-o", "json", "plan"], [("json", None)]),
        (["plan", "-ojson"], [("json", None)]),
        (["-qvo", "json"], [("json", None)]),
        (["--output=json=f", "--output", "text"], [("json", "f"), ("text", None)]),
        (["plan", "--", "-o", "json"], []),
        (["plan", "-o"], [("", None)]),
        (["plan", "--no-input"], []),
    ],
)
def test_the_outputs_are_read_off_a_line_that_cannot_be_parsed(
    argv: list[str], outputs: list[tuple[str, str | None]]
) -> None:
    assert wanted_outputs(argv) == [Output(format=name, file=Path(file) if file else None) for name, file in outputs]


def test_the_environment_asks_for_a_document_too(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSOPS_OUTPUT", "json")
    assert run("plan", "--nonsense").document["error"]["code"] == "SMS102"
    assert run("list").document["ok"] is True


def test_what_smsops_got_wrong_is_a_traceback_and_still_one_document(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("half a \x1b[31mthought")

    monkeypatch.setattr("smsops.files.load.load_project", broken)
    ran = run("list", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["message"] == "ZeroDivisionError: half a \x1b[31mthought"
    assert "Traceback" in ran.err
    assert "\x1b" not in ran.err + ran.out


def test_an_interruption_is_130_and_one_document(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smsops.files.load.load_project", interrupted)
    ran = run("list", "-o", "json")
    assert ran.code == 130
    assert ran.document["ok"] is False
    assert "Traceback" not in ran.err


def test_a_project_that_cannot_be_read_is_invalid_not_absent(project: Path, run: Run) -> None:
    write_project(project, project="version: [1\n")
    ran = run("list", "-o", "json")
    assert ran.code == 3
    assert ran.document["findings"][0]["path"] == "smsops.yaml"


def test_the_boundary_is_the_only_module_that_prints_tracebacks() -> None:
    package = Path(boundary.__file__).parents[1]
    users = [path.name for path in package.rglob("*.py") if "import traceback" in path.read_text(encoding="utf-8")]
    assert users == ["boundary.py"]


def test_json_asked_for_twice_is_one_document(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("plan", "-o", "json", "-o", "json")
    assert ran.code == 64
    assert ran.document["ok"] is False
