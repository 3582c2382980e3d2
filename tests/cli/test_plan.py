"""`plan` against the sandbox: what it says, its exit codes, and its document."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smsops.sandbox.faults import Fault
from smsops.sandbox.server import Sandbox
from tests.cli.door import ACCOUNT, CODES, PROJECT, ROOT, SUPPORT, Run, write_project


def check(document: Any) -> None:
    schema = json.loads((ROOT / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)


@pytest.fixture
def applied(project: Path, run: Run) -> Path:
    """The project, applied to the sandbox."""
    assert run("--sandbox", "apply", "--yes").code == 0
    return project


def test_a_first_plan_creates_every_channel(project: Path, run: Run) -> None:
    ran = run("--sandbox", "plan")
    assert ran.code == 0
    assert ran.out == (
        "codes (account us, new service)\n"
        "  + messaging service\n"
        "      friendly_name: codes\n"
        "      status_callback_url: https://hooks.example.com/status\n"
        "  + number +12065550103\n"
        "  Replies are dropped, and not logged.\n"
        "\n"
        "support (account us, new service)\n"
        "  + messaging service\n"
        "      friendly_name: support\n"
        "      webhook_url: https://hooks.example.com/in\n"
        "      status_callback_url: https://hooks.example.com/status\n"
        "  + number +12065550101 (Front desk)\n"
        "  + number +12065550102\n"
        "  Replies go to hooks.example.com.\n"
        "\n"
        "Plan: create 2 services, attach 3 numbers.\n"
        "Next: smsops --sandbox apply\n"
    )


def test_a_plan_after_an_apply_is_empty(applied: Path, run: Run) -> None:
    ran = run("--sandbox", "plan", "--detailed-exitcode")
    assert (ran.code, ran.out) == (0, "No changes. 2 channels unchanged.\n")


def test_a_changed_url_is_one_line_from_old_to_new(applied: Path, run: Run) -> None:
    write_project(applied, support=SUPPORT.replace("hooks.example.com/in", "new.example.com/in"))
    ran = run("--sandbox", "plan")
    assert "  ~ webhook_url: https://hooks.example.com/in → https://new.example.com/in\n" in ran.out
    assert "  Replies go to new.example.com.\n" in ran.out
    assert "1 channel unchanged." in ran.out


def test_detailed_exit_code_2_means_changes(project: Path, run: Run) -> None:
    assert run("--sandbox", "plan", "--detailed-exitcode").code == 2


def test_a_moved_number_is_a_move(applied: Path, run: Run) -> None:
    write_project(
        applied,
        support=SUPPORT.replace('  - "+12065550102"\n', ""),
        codes=CODES + '  - "+12065550102"\n',
    )
    assert "  → number +12065550102 from support\n" in run("--sandbox", "plan").out
    check(run("--sandbox", "plan", "-o", "json").document)


def test_a_named_channel_makes_a_partial_plan_that_says_so(project: Path, run: Run) -> None:
    ran = run("--sandbox", "plan", "codes")
    assert "This plan is partial" in ran.out
    assert "Next: smsops --sandbox apply codes\n" in ran.out
    assert "support" not in ran.out
    document = run("--sandbox", "plan", "codes", "-o", "json").document
    assert document["partial"] is True
    assert {change["channel"] for change in document["changes"]} == {"codes"}


def test_the_next_command_runs_where_this_one_ran(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = project.rename(project.with_name("my project"))
    monkeypatch.chdir(moved.parent)
    assert (
        "Next: smsops -C 'my project' --sandbox apply codes\n"
        in run("-C", "my project", "--sandbox", "plan", "codes").out
    )
    ran = run("--config", "my project/smsops.yaml", "--sandbox", "plan", "--allow", "prune")
    assert ran.out.endswith("Next: smsops --config 'my project/smsops.yaml' --sandbox apply --allow prune\n")
    words = shlex.split(ran.out.splitlines()[-1].removeprefix("Next: smsops "))
    assert run(*words, "--yes").code == 0


def test_the_document_follows_its_schema(project: Path, run: Run) -> None:
    document = run("--sandbox", "plan", "-o", "json").document
    check(document)
    assert document["ok"] is True
    assert document["summary"]["create"] == 2
    created, expires = document["created_at"], document["expires_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created)
    assert created < expires
    run("--sandbox", "apply", "--yes")
    empty = run("--sandbox", "plan", "-o", "json").document
    check(empty)
    assert empty["changes"] == []


def test_the_schema_refuses_what_no_plan_says(project: Path, run: Run) -> None:
    document = run("--sandbox", "plan", "-o", "json").document
    for spoil in (
        {"surprise": 1},
        {"format_version": "2.0"},
        {"changes": [{**document["changes"][0], "number": "+12065550101"}]},
        {"changes": [{key: value for key, value in document["changes"][-1].items() if key != "number"}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            check({**document, **spoil})


def test_two_plans_of_the_same_reality_have_one_id(project: Path, run: Run) -> None:
    first, second = (run("--sandbox", "plan", "-o", "json").document for _ in range(2))
    for document in (first, second):
        del document["created_at"], document["expires_at"]
    assert first == second


def test_a_protected_number_is_refused_with_5_and_the_way_out(applied: Path, run: Run) -> None:
    guarded = SUPPORT.replace("label: Front desk", "label: Front desk, protected: true")
    write_project(applied, support=guarded)
    assert run("--sandbox", "apply", "--yes").code == 0
    write_project(applied, support=re.sub(r"  - \{number.*\n", "", guarded))
    ran = run("--sandbox", "plan")
    assert ran.code == 5
    assert "  - number +12065550101  refused: protected\n" in ran.out
    assert "error SMS502" in ran.out
    assert "smsops --sandbox apply --allow protected\n" in ran.out
    document = run("--sandbox", "plan", "-o", "json").document
    check(document)
    assert document["ok"] is False
    assert document["summary"]["refused"] == 1
    assert run("--sandbox", "plan", "--allow", "protected").code == 0


def test_a_channel_that_left_git_is_held_back_with_the_reason(applied: Path, run: Run) -> None:
    (applied / "channels" / "codes.yaml").unlink()
    ran = run("--sandbox", "plan", "--detailed-exitcode")
    assert ran.code == 0
    assert "  - messaging service  held back: delete-service\n" in ran.out
    assert "To let it through: --allow delete-service\n" in ran.out
    assert "no channel has the service any more, and the number would be in no pool" in ran.out
    assert "before smsops first applied" not in ran.out
    document = run("--sandbox", "plan", "-o", "json").document
    check(document)
    assert {entry["reason"] for entry in document["held_back"]} == {"delete-service", "prune"}


def test_a_pinned_service_that_is_not_there_is_3(
    project: Path, sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(project, codes=CODES + f"messaging_service_sid: MG{'0' * 32}\n")
    given = sandbox.ensure_account(ACCOUNT, numbers=["+12065550101", "+12065550102"])
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", given.password)
    ran = run("plan", "-o", "json")
    assert ran.code == 3
    check(ran.document)
    assert ran.document["findings"][0]["code"] == "SMS401"
    assert ran.document["ok"] is False


def test_a_missing_secret_is_4_and_names_every_one(project: Path, run: Run) -> None:
    second = PROJECT + PROJECT[PROJECT.index("  us:") :].replace("us:", "uk:").replace("US_", "UK_").replace("a1", "a2")
    write_project(project, project=second, codes=CODES.replace("account: us", "account: uk"))
    ran = run("plan", "-o", "json")
    assert ran.code == 4
    assert ran.document["error"]["code"] == "SMS409"
    assert "US_TOKEN" in ran.err
    assert "UK_TOKEN" in ran.err


def test_refused_credentials_are_4_and_the_secret_stays_one(
    project: Path, sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.ensure_account(ACCOUNT)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", "guessed-wrong")
    ran = run("plan", "-v", "-o", "json")
    assert ran.code == 4
    assert ran.document["error"]["code"] == "SMS404"
    assert ran.document["error"]["message"].startswith("Account us: ")
    assert "guessed-wrong" not in ran.out + ran.err


def test_a_provider_that_refuses_is_1_with_its_number_and_request(
    project: Path, sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = sandbox.ensure_account(ACCOUNT)
    sandbox.faults.add(Fault(method="GET", path="/Services", status=400, code=20001, times=None))
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", given.password)
    ran = run("plan", "-o", "json")
    assert ran.code == 1
    error = ran.document["error"]
    assert (error["code"], error["status"], error["provider_code"]) == ("SMS406", 400, 20001)
    assert error["request_id"] in ran.err


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "127.0.0.1:80", "http://[", "nonsense"])
def test_credentials_never_go_to_a_plain_or_odd_server(
    url: str, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSOPS_API_BASE_URL", url)
    monkeypatch.setenv("US_TOKEN", "a-token")
    ran = run("plan", "-o", "json")
    assert ran.code == 1
    assert ran.document["error"]["code"] == "SMS410"
    assert "Traceback" not in ran.err


def test_the_plan_names_the_commit_and_whether_files_differ(project: Path, run: Run) -> None:
    assert run("--sandbox", "plan", "-o", "json").document["source"] == {"commit": None, "dirty": False}
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(project)]
    subprocess.run([*git, "init", "-q"], check=True)
    assert run("--sandbox", "plan", "-o", "json").document["source"] == {"commit": None, "dirty": True}
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert run("--sandbox", "plan", "-o", "json").document["source"] == {"commit": head, "dirty": False}
    write_project(project, codes=CODES + "\n")
    assert run("--sandbox", "plan", "-o", "json").document["source"] == {"commit": head, "dirty": True}


def test_without_git_the_plan_has_no_commit(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    assert run("--sandbox", "plan", "-o", "json").document["source"] == {"commit": None, "dirty": False}


def test_the_sandbox_keeps_its_state_out_of_git(project: Path, run: Run) -> None:
    run("--sandbox", "plan")
    assert (project / ".smsops" / ".gitignore").read_text() == "*\n"
    assert (project / ".smsops" / "sandbox.db").is_file()


def test_every_account_whose_credentials_are_refused_is_named_with_its_secret(
    project: Path, sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    uk = PROJECT.replace("version: 1\naccounts:\n", "").replace("  us:", "  uk:").replace("US_TOKEN", "UK_TOKEN")
    both = PROJECT + uk.replace(ACCOUNT, "AC" + "b" * 32)
    codes = CODES.replace("account: us", "account: uk")
    write_project(project, project=both, support=SUPPORT, codes=codes)
    monkeypatch.setenv("SMSOPS_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("US_TOKEN", "guessed-wrong")
    monkeypatch.setenv("UK_TOKEN", "guessed-too")
    ran = run("plan")
    assert ran.code == 4
    assert "Account uk:" in ran.err
    assert "Account us:" in ran.err
    assert "hint: Check UK_TOKEN (env)." in ran.err
    assert "guessed" not in ran.out + ran.err
