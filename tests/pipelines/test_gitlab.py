"""The GitLab component: which jobs run when, and their scripts run as the runner runs them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smsops.starter import SOURCE, Place, gitlab
from tests.pipelines.places import COMPONENT, FOLDER, bash, calls, component, read, recorded

OWN = (
    '$CI_PIPELINE_SOURCE == "merge_request_event" '
    "&& $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID"
)


def test_each_job_runs_for_its_own_kind_of_pipeline() -> None:
    jobs = component()
    rules = {name: job["rules"] for name, job in jobs.items() if name != ".smsops"}
    assert rules == {
        "smsops-check": [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}],
        "smsops-plan": [{"if": OWN}],
        "smsops-comment": [{"if": OWN, "when": "always"}],
        "smsops-apply": [
            {
                "if": '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"',
                "when": "on_success",
            }
        ],
        "smsops-drift": [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}],
        "smsops-audit": [{"if": '$CI_PIPELINE_SOURCE == "schedule"', "when": "always"}],
    }
    assert component(apply="manual")["smsops-apply"]["rules"][0]["when"] == "manual"


def test_an_apply_runs_alone_in_its_environment_and_is_never_interrupted() -> None:
    apply = component(environment="eu")["smsops-apply"]
    assert (apply["resource_group"], apply["environment"]) == ("smsops-eu", {"name": "eu"})
    assert apply["interruptible"] is False
    assert [name for name, job in component().items() if "resource_group" in job] == ["smsops-apply"]


def test_every_job_ends_by_itself_and_keeps_its_reports_also_when_it_fails() -> None:
    jobs = [job for name, job in component().items() if name != ".smsops"]
    assert all(job["timeout"] and job["artifacts"]["when"] == "always" for job in jobs)
    reports = {kind for job in jobs for kind in job["artifacts"].get("reports", {})}
    assert reports == {"codequality", "junit"}


def test_nothing_is_installed_that_was_not_chosen() -> None:
    assert component()[".smsops"]["variables"]["SMSOPS_INSTALL"] == ""
    assert component(install="x")[".smsops"]["variables"]["SMSOPS_INSTALL"] == "x"


def test_two_projects_of_one_repository_share_no_job_and_no_queue() -> None:
    one, other = component(**{"job-prefix": "smsops-a"}), component(**{"job-prefix": "smsops-b"})
    assert not one.keys() & other.keys()
    assert one["smsops-a-comment"]["needs"] == ["smsops-a-plan"]
    assert {job["extends"] for name, job in one.items() if not name.startswith(".")} == {".smsops-a"}
    assert one["smsops-a-apply"]["resource_group"] == "smsops-a-production"


def test_the_written_pipeline_includes_the_component_as_it_is_but_for_the_line_that_points_elsewhere() -> None:
    files = gitlab(FOLDER)
    ours, theirs = COMPONENT.read_text().splitlines(), files[".gitlab/smsops.yml"].splitlines()
    different = [(one, other) for one, other in zip(ours, theirs, strict=False) if one != other]
    assert len(different) <= 1 or ours[2:] == theirs[2:]
    assert "docs/" not in files[".gitlab/smsops.yml"]
    assert read(files[".gitlab-ci.yml"]) == {
        "include": [
            {
                "local": "/.gitlab/smsops.yml",
                "inputs": {"install": SOURCE, "job-prefix": "smsops-infra-sms", "working-directory": "infra/sms"},
            }
        ]
    }
    assert read(gitlab(Place())[".gitlab-ci.yml"])["include"][0]["inputs"] == {"install": SOURCE}


def ran(job: str, tmp_path: Path, body: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the scripts of a job one after the other in one shell, as the runner does."""
    facts = component()[job]
    script = "\n".join([*component()[".smsops"]["before_script"], *facts["script"], "env >after"])
    given = {
        "CI_PROJECT_DIR": str(tmp_path),
        "PATH": f"{recorded(tmp_path, body)}:{os.environ['PATH']}",
        **facts.get("variables", {}),
        **env,
    }
    return bash(script, cwd=tmp_path, env=given)


def called(tmp_path: Path) -> list[list[str]]:
    return [[word.replace(str(tmp_path), "DIR") for word in call] for call in calls(tmp_path)]


def test_a_merge_request_is_checked_without_credentials(tmp_path: Path) -> None:
    assert ran("smsops-check", tmp_path).returncode == 0
    assert called(tmp_path) == [
        ["validate", "-o", "text", "-o", "gitlab=DIR/gl-code-quality-report.json"],
        ["fmt", "--check"],
    ]


@pytest.mark.parametrize(
    ("env", "shard", "file"),
    [
        ({}, "1/1", "smsops-part-1.json"),
        ({"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "8"}, "3/8", "smsops-part-3.json"),
    ],
)
def test_a_job_plans_its_share(env: dict[str, str], shard: str, file: str, tmp_path: Path) -> None:
    assert ran("smsops-plan", tmp_path, **env).returncode == 0
    assert called(tmp_path) == [["plan", "--shard", shard, "--out", f"DIR/{file}"]]


MERGES = """
if [ "$2" = merge ]; then
    [ -z "$MADE" ] || touch "$CI_PROJECT_DIR/smsops-plan.json"
    exit "$MERGED"
fi
"""


@pytest.mark.parametrize(
    ("made", "status", "comment"),
    [
        ("yes", 0, ["comment", "DIR/smsops-plan.json", "--key", "plan"]),
        ("yes", 5, ["comment", "DIR/smsops-plan.json", "--key", "plan"]),
        ("", 6, ["comment", "--no-plan", "--key", "plan"]),
    ],
)
def test_the_comment_shows_the_plan_or_its_absence_and_the_job_ends_as_the_plan_did(
    made: str, status: int, comment: list[str], tmp_path: Path
) -> None:
    for number in (1, 2):
        (tmp_path / f"smsops-part-{number}.json").touch()
    done = ran("smsops-comment", tmp_path, MERGES, MADE=made, MERGED=str(status))
    assert done.returncode == status, done.stderr
    merge, said = called(tmp_path)
    assert merge[:4] == ["plan", "merge", "DIR/smsops-part-1.json", "DIR/smsops-part-2.json"]
    assert merge[4:8] == ["--out", "DIR/smsops-plan.json", "-o", "text"]
    assert said == comment


def test_the_comment_of_a_project_in_a_folder_is_another_one(tmp_path: Path) -> None:
    ran("smsops-comment", tmp_path, MERGES, MADE="", MERGED="0", SMSOPS_CHDIR="infra/SMS")
    assert called(tmp_path)[1][-1] == "plan-infra-sms"


PLANS = """
if [ "$1" = plan ]; then echo "$PLAN" >"$3"; fi
if [ "$1" = apply ]; then [ -z "${SMSOPS_ALLOW+set}" ] || exit 9; fi
"""


def plan(*changes: Any) -> str:
    return json.dumps({"plan_id": "sha256:0b", "changes": changes})


@pytest.mark.parametrize(("document", "words"), [(plan({}), ["--approved", "sha256:0b"]), (plan(), [])])
def test_a_plan_with_changes_needs_its_approval_and_one_without_is_only_recorded(
    document: str, words: list[str], tmp_path: Path
) -> None:
    done = ran("smsops-apply", tmp_path, PLANS, PLAN=document, SMSOPS_ALLOW="limit")
    assert done.returncode == 0, done.stderr
    planned, applied = called(tmp_path)
    assert planned == ["plan", "--out", "DIR/smsops-plan.json"]
    assert applied[: 2 + len(words)] == ["apply", "DIR/smsops-plan.json", *words]
    assert applied[2 + len(words) :] == ["--lock-timeout", "900", "-o", "text", "-o", "junit=DIR/smsops-junit.xml"]


def test_a_schedule_keeps_what_it_found_and_then_verifies_the_whole_history(tmp_path: Path) -> None:
    for job in ("smsops-drift", "smsops-audit"):
        folder = tmp_path / job
        folder.mkdir()
        assert ran(job, folder).returncode == 0
    assert called(tmp_path / "smsops-drift") == [
        ["drift", "--record", "--detailed-exitcode", "-o", "text", "-o", "junit=DIR/smsops-junit.xml"]
    ]
    assert called(tmp_path / "smsops-audit") == [["audit", "verify", "-o", "text", "-o", "json=DIR/smsops-audit.json"]]
    audit = component()["smsops-audit"]
    assert (audit["needs"], audit["variables"]) == (["smsops-drift"], {"GIT_DEPTH": "0"})


def test_what_may_push_the_ledger_is_no_deployment_and_has_a_token_of_its_own() -> None:
    places = {name: job["environment"] for name, job in component().items() if "environment" in job}
    assert places == {
        "smsops-apply": {"name": "production"},
        "smsops-drift": {"name": "smsops-ledger", "action": "access"},
    }
    apply, drift = (component()[f"smsops-{name}"]["script"][0] for name in ("apply", "drift"))
    assert apply == drift


def test_nothing_is_applied_when_the_plan_fails(tmp_path: Path) -> None:
    assert ran("smsops-apply", tmp_path, "exit 5").returncode == 5
    assert [call[0] for call in called(tmp_path)] == ["plan"]


def test_the_ledger_is_pushed_with_the_token_of_the_project_to_its_forge_alone(tmp_path: Path) -> None:
    env = {"CI_PROJECT_URL": "https://gitlab.example.com/care/sms", "CI_SERVER_URL": "https://gitlab.example.com"}
    done = ran("smsops-apply", tmp_path, PLANS, PLAN=plan(), GITLAB_TOKEN="t0ken", **env)
    assert done.returncode == 0, done.stderr
    after = dict(line.partition("=")[::2] for line in (tmp_path / "after").read_text().splitlines())
    kept = {name: value for name, value in after.items() if name.startswith("GIT_CONFIG_")} | {"GITLAB_TOKEN": "t0ken"}
    asked = """
        git init -q . && git remote add origin https://gitlab-ci-token:old@gitlab.example.com/care/sms.git
        git config credential.helper '!echo password=old; echo'
        git remote get-url --push origin
        printf 'protocol=https\\nhost=gitlab.example.com\\n\\n' | git credential fill
        printf 'protocol=https\\nhost=elsewhere.example.com\\n\\n' | git credential fill || echo refused
    """
    told = bash(asked, cwd=tmp_path, env={**kept, "GIT_TERMINAL_PROMPT": "0"}).stdout
    assert told.startswith("https://gitlab.example.com/care/sms.git\n")
    assert "username=oauth2\npassword=t0ken\n" in told
    assert told.endswith("refused\n")
    assert "t0ken" not in (tmp_path / ".git" / "config").read_text()


def test_without_a_token_of_the_project_the_job_pushes_as_the_runner_set_it_up(tmp_path: Path) -> None:
    ran("smsops-apply", tmp_path, PLANS, PLAN=plan())
    assert "GIT_CONFIG_COUNT=1\n" in (tmp_path / "after").read_text()


Install = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def installing(tmp_path: Path) -> Install:
    """Run what comes before the script of a job, with a Python that notes what it is asked to install."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "python"
    program.write_text(f'#!/bin/sh\necho "$@" >"{tmp_path}/installed"\n')
    program.chmod(0o755)

    def run(source: str) -> subprocess.CompletedProcess[str]:
        env = {"SMSOPS_INSTALL": source, "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
        return bash(component()[".smsops"]["before_script"][0], cwd=tmp_path, env=env)

    return run


def test_what_was_chosen_is_installed(installing: Install, tmp_path: Path) -> None:
    assert installing("git+https://example.com/smsops@0b").returncode == 0
    assert (tmp_path / "installed").read_text().split()[-2:] == ["--", "git+https://example.com/smsops@0b"]


@pytest.mark.parametrize("source", ["", SOURCE])
def test_as_long_as_nothing_is_chosen_the_job_ends_before_pip_is_asked(
    source: str, installing: Install, tmp_path: Path
) -> None:
    done = installing(source)
    assert done.returncode == 1
    assert done.stderr == "The input install does not say yet which commit or wheel of smsops pip installs.\n"
    assert not (tmp_path / "installed").exists()


@pytest.mark.parametrize("source", ["", "smsops==1"])
def test_an_image_that_has_smsops_installs_nothing(source: str, installing: Install, tmp_path: Path) -> None:
    smsops = tmp_path / "bin" / "smsops"
    smsops.write_text("#!/bin/sh\n")
    smsops.chmod(0o755)
    assert installing(source).returncode == 0
    assert not (tmp_path / "installed").exists()
