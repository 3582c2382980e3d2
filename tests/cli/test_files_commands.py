"""The commands that only look at files and at what smsops knows by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from smsops.codes import CODES as REGISTRY
from smsops.providers.twilio.numbers import ERROR_NUMBERS
from tests.cli.door import CODES, ROOT, SUPPORT, Run, process, write_project

BROKEN = SUPPORT.replace("webhook_url: https", "webhook_url: http")


def test_valid_files_are_counted(project: Path, run: Run) -> None:
    ran = run("validate")
    assert (ran.code, ran.out, ran.err) == (0, "2 channels are valid.\n", "")
    assert run("validate", "-o", "json").document == {"format_version": "1.0", "ok": True, "files": 3, "findings": []}


def test_a_broken_file_is_3_with_place_code_caret_and_hint(project: Path) -> None:
    write_project(project, support=BROKEN)
    ran = process("validate", cwd=project)
    assert ran.code == 3
    assert re.match(r"channels/support\.yaml:6:\d+: error SMS\d{3}: ", ran.out)
    assert "    webhook_url: http://hooks.example.com/in\n" in ran.out
    assert re.search(r"^ +\^+$", ran.out, re.MULTILINE)
    assert ran.out.endswith("1 error in 3 files.\n")


def test_findings_as_json_have_the_agreed_shape(project: Path, run: Run) -> None:
    write_project(project, support=BROKEN)
    ran = run("validate", "-o", "json")
    (finding,) = ran.document["findings"]
    assert ran.code == 3
    assert ran.document["ok"] is False
    assert list(finding) == ["code", "severity", "message", "hint", "path", "line", "column"]
    assert (finding["path"], finding["line"], finding["severity"]) == ("channels/support.yaml", 6, "error")


def test_warnings_alone_are_valid(project: Path, run: Run) -> None:
    write_project(project, codes=CODES.replace('"+12065550103"', "+12065550103"))
    ran = run("validate")
    assert ran.code == 0
    assert "warning SMS" in ran.out
    assert ran.out.endswith("2 channels are valid. 1 warning.\n")


def test_a_path_limits_what_is_shown_and_nothing_else(project: Path, run: Run) -> None:
    write_project(project, support=BROKEN, codes=CODES.replace("direction: outbound", "direction: sideways"))
    assert {f["path"] for f in run("validate", "-o", "json", "channels/codes.yaml").document["findings"]} == {
        "channels/codes.yaml"
    }
    assert len(run("validate", "-o", "json", "channels").document["findings"]) == 2
    assert len(run("validate", "-o", "json", ".").document["findings"]) == 2
    write_project(project, codes=CODES)
    ran = run("validate", "channels/codes.yaml")
    assert (ran.code, ran.out) == (0, "1 channel is valid.\n")


@pytest.mark.parametrize("command", [("list",), ("show", "support"), ("plan",), ("apply",), ("sandbox", "serve")])
def test_a_command_that_needs_valid_files_is_3_and_lists_the_findings(
    command: tuple[str, ...], project: Path, run: Run
) -> None:
    write_project(project, support=BROKEN)
    ran = run(*command, "--sandbox", "-o", "json")
    assert ran.code == 3
    assert ran.document["findings"][0]["path"] == "channels/support.yaml"
    assert ran.document["error"]["message"] == "The files are invalid: 1 error."
    assert "channels/support.yaml:6:" in ran.err


def test_list_is_a_row_a_channel(project: Path, run: Run) -> None:
    head, *rows = run("list").out.splitlines()
    assert head.split() == ["NAME", "ACCOUNT", "DIRECTION", "NUMBERS", "REPLIES"]
    assert [re.split(r" {2,}", row) for row in rows] == [
        ["codes", "us", "outbound", "1", "dropped"],
        ["support", "us", "inbound-and-outbound", "2", "go to hooks.example.com"],
    ]


def test_an_empty_project_lists_no_channels(project: Path, run: Run) -> None:
    for path in (project / "channels").iterdir():
        path.unlink()
    assert run("list").out == "No channels.\n"


def test_show_says_where_each_part_comes_from(project: Path, run: Run) -> None:
    out = run("show", "support").out
    assert "Replies go to hooks.example.com.\n" in out
    assert re.search(r"webhook_url +https://hooks\.example\.com/in +channels/support\.yaml:6\n", out)
    assert re.search(r"fallback_url +\(none\) +default\n", out)
    assert re.search(r"messaging\.sticky_sender +\(unmanaged\)\n", out)
    assert re.search(r"\+12065550101 +Front desk +channels/support\.yaml:9\n", out)
    assert re.search(r"owner\.team +care +channels/support\.yaml:12\n", out)


def test_show_as_json_tells_managed_from_unmanaged(project: Path, run: Run) -> None:
    shown = run("show", "support", "-o", "json").document["channel"]
    assert shown["settings"]["webhook_url"] == {"value": "https://hooks.example.com/in", "managed": True, "line": 6}
    assert shown["settings"]["messaging.use_case"] == {"value": None, "managed": False, "line": None}
    assert [sender["number"] for sender in shown["phone_numbers"]] == ["+12065550101", "+12065550102"]
    assert shown["declared"] == {"description": "Patients write, we answer", "owner": {"team": "care"}}


@pytest.mark.parametrize("command", [("show", "suport"), ("plan", "suport"), ("apply", "suport", "--yes")])
def test_an_unknown_channel_is_3_with_a_suggestion(command: tuple[str, ...], project: Path, run: Run) -> None:
    ran = run(*command, "--sandbox", "-o", "json")
    assert ran.code == 3
    assert ran.document["error"]["message"] == "There is no channel 'suport'. Did you mean support?"


@pytest.mark.parametrize("name", ["channel", "project", "plan"])
def test_schema_prints_the_file_that_ships(name: str, run: Run) -> None:
    shipped = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert run("schema", name).document == run("schema", name, "-o", "json").document == shipped


def test_explain_tells_title_reason_and_both_examples(run: Run) -> None:
    code = REGISTRY["SMS501"]
    out = run("explain", "sms501").out
    assert out.startswith(f"SMS501: {code.title}\n")
    assert " ".join(code.why.split()) in " ".join(out.split())
    assert "Bad:\n    " in out
    assert "Good:\n    " in out
    assert run("explain", "SMS501", "-o", "json").document["codes"] == [
        {"code": code.code, "title": code.title, "why": code.why, "bad": code.bad, "good": code.good}
    ]


def test_explain_without_a_code_lists_all(run: Run) -> None:
    codes, _, numbers = run("explain").out.partition("\n\n")
    assert [line.split()[0] for line in codes.splitlines()[1:]] == sorted(REGISTRY)
    assert [int(line.split()[1]) for line in numbers.splitlines()[1:]] == sorted(ERROR_NUMBERS)


def test_explain_tells_what_an_error_number_means_and_who_does_what(run: Run) -> None:
    out = run("explain", "21712").out
    assert out.startswith("twilio error 21712: The number is in the pool of another messaging service\n")
    for part in ("What smsops does:\n    ", "What you do:\n    ", "Leads to SMS406: ", "See also SMS503: "):
        assert part in out
    assert out.endswith("https://www.twilio.com/docs/errors/21712\n")
    (entry,) = run("explain", "21712", "-o", "json").document["error_numbers"]
    assert (entry["provider"], entry["number"], entry["codes"]) == ("twilio", 21712, ["SMS406", "SMS503"])


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("21717", "Did you mean 21"),
        ("99999", "none that smsops meets."),
        ("12065550101", "Did you mean +12065550101?"),
        ("SMS40", "Did you mean SMS4"),
        ("\u0662\u0661\u0667\u0661\u0662", "There is no code"),
    ],
)
def test_what_explain_does_not_know_is_64_with_what_is_near(word: str, near: str, run: Run) -> None:
    ran = run("explain", word)
    assert ran.code == 64
    assert near in ran.err


def test_providers_lists_what_a_channel_can_choose(run: Run) -> None:
    assert [entry["name"] for entry in run("providers", "-o", "json").document["providers"]] == ["twilio"]
    assert run("providers").out.splitlines()[1].startswith("twilio ")


def test_instructions_fill_in_the_urls_of_a_channel(project: Path, run: Run) -> None:
    general = run("instructions", "twilio")
    filled = run("instructions", "twilio", "--channel", "support")
    assert general.code == filled.code == 0
    assert "https://hooks.example.com/in" not in general.out
    assert "https://hooks.example.com/in" in filled.out
    assert run("instructions", "twilio", "--channel", "support", "-o", "json").document["channel"] == "support"


def test_general_instructions_need_no_project(tmp_path: Path) -> None:
    assert process("instructions", "twilio", cwd=tmp_path).code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_a_shell(shell: str, run: Run) -> None:
    ran = run("completion", shell)
    assert ran.code == 0
    assert "_SMSOPS_COMPLETE" in ran.out
    assert run("completion", shell, "-o", "json").document["shell"] == shell


@pytest.mark.parametrize(
    ("words", "number", "expected"),
    [
        ("smsops pl", 1, {"plan"}),
        ("smsops sandbox ", 2, {"serve", "reset"}),
        ("smsops plan --det", 2, {"--detailed-exitcode"}),
    ],
)
def test_the_shell_is_told_what_can_follow(words: str, number: int, expected: set[str], tmp_path: Path) -> None:
    asked = {"_SMSOPS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(number)}
    ran = process(cwd=tmp_path, env=asked)
    assert {line.split(",")[1] for line in ran.out.splitlines()} == expected
