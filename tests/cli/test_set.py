"""`smsops set`: one value of a file, proved and validated, or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.door import SUPPORT, Run, write_project


def content(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_one_line_changes_and_is_shown(run: Run, project: Path) -> None:
    before = content(project)
    ran = run("set", "support", "webhook_url", "https://hooks.example.com/v2")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "--- channels/support.yaml",
        "+++ channels/support.yaml",
        "@@ -6 +6 @@",
        "-webhook_url: https://hooks.example.com/in",
        "+webhook_url: https://hooks.example.com/v2",
    ]
    text = SUPPORT.replace("https://hooks.example.com/in", "https://hooks.example.com/v2")
    assert content(project) == {**before, "support.yaml": text.encode()}
    again = run("set", "support", "webhook_url", "https://hooks.example.com/v2")
    assert (again.code, again.out) == (0, "channels/support.yaml says that already.\n")
    assert run("validate").code == 0


def test_a_number_gets_a_label_and_a_program_gets_a_document(run: Run, project: Path) -> None:
    document = run("set", "support", "phone_numbers.+12065550102.label", "Back desk", "-o", "json").document
    assert (document["ok"], document["changed"], document["findings"]) == (True, True, [])
    assert document["diff"].endswith('\n+  - {number: "+12065550102", label: Back desk}\n')


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("webhook_url", "http://hooks.example.com"), "SMS219"),
        (("account", "uk"), "SMS305"),
        (("name", "other"), "SMS301"),
        (("phone_numbers.+12065550101.number", "+12065550103"), "SMS304"),
        (("enabled", "no"), "SMS203"),
        (("webhook_url", "null"), "SMS216"),
        (("messaging.validity_period", "0"), "SMS208"),
        (("owner.team", "null"), "SMS203"),
    ],
)
def test_what_would_not_be_valid_is_refused_and_the_file_stays(
    words: tuple[str, str], code: str, run: Run, project: Path
) -> None:
    before = content(project)
    ran = run("set", "support", *words, "-o", "json")
    assert (ran.code, content(project)) == (3, before)
    assert code in [finding["code"] for finding in ran.document["findings"]]
    assert "channels/support.yaml stays as it is: with this value it would not be valid." in ran.err


def test_an_error_that_was_there_before_is_no_obstacle_and_can_be_mended(run: Run, project: Path) -> None:
    write_project(
        project, support=SUPPORT.replace("https://hooks.example.com/in", "http://x").replace(": us\n", ": usa\n")
    )
    assert run("set", "support", "description", "Other").code == 0
    assert run("set", "support", "webhook_url", "http://y").code == 3
    assert run("set", "support", "webhook_url", "https://hooks.example.com/in").code == 0
    assert run("set", "support", "account", "us").code == 0
    assert run("validate").code == 0


def test_a_warning_is_shown_and_the_value_is_written(run: Run, project: Path) -> None:
    ran = run("set", "codes", "webhook_url", "https://hooks.example.com/in")
    assert ran.code == 0
    assert "warning SMS225" in ran.out
    assert run("set", "codes", "direction", "inbound-and-outbound").code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("suport", "description", "a"), 3, "Did you mean support?"),
        (("support.yaml", "description", "a"), 64, "Say support."),
        (("support", "descripton", "a"), 64, "Did you mean description?"),
        (("support", "phone_numbers", "a"), 64, "Edit the file"),
        (("broken", "description", "a"), 3, "SMS108"),
        (("twin", "description", "a"), 64, "channels/codes.yaml, channels/twin.yaml"),
        (("odd", "owner.team", "a"), 1, "smsops fmt"),
    ],
)
def test_what_cannot_be_found_is_said(words: tuple[str, ...], code: int, told: str, run: Run, project: Path) -> None:
    twin = (project / "channels" / "codes.yaml").read_text().replace("name: codes", "name: twin")
    write_project(project, broken="name: 'broken\n", twin=twin, codes=twin, odd="name: odd\nowner: bob\n")
    before = content(project)
    ran = run("set", *words)
    assert (ran.code, content(project)) == (code, before)
    assert told in ran.err


def test_a_file_that_cannot_be_written_stays_and_a_broken_project_file_is_said(run: Run, project: Path) -> None:
    file = project / "channels" / "support.yaml"
    file.chmod(0o444)
    ran = run("set", "support", "description", "Other")
    assert (ran.code, file.read_text()) == (1, SUPPORT)
    assert "support.yaml is read-only." in ran.err
    write_project(project, project="version: 2\n")
    assert json.loads(run("set", "support", "description", "Other", "-o", "json").out)["error"]["code"] == "SMS202"
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_a_file_keeps_its_mode_and_the_link_that_leads_to_it(run: Run, project: Path) -> None:
    file, real = project / "channels" / "support.yaml", project / "support.real"
    file.rename(real)
    real.chmod(0o640)
    file.symlink_to(real)
    assert run("set", "support", "description", "Other").code == 0
    assert file.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "description: Other\n" in real.read_text()


def test_what_may_be_a_secret_is_not_printed(run: Run, project: Path) -> None:
    token = "0123456789abcdef0123456789ABCDEF"
    ran = run("set", "support", "tags.token", token)
    assert ran.code == 0
    assert token not in ran.out + ran.err
