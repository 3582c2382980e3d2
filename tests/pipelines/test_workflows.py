"""The GitHub workflows: what they may do, what they never do, and their steps run as GitHub runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from smsops.starter import SOURCE, Place, github
from tests.pipelines.places import FOLDER, NAMES, ROOT, WORKFLOWS, bash, calls, read, recorded, step, steps, workflow

READ = {"contents": "read"}
PERMISSIONS = {
    "plan": {"check": READ, "plan": READ, "comment": {"contents": "read", "pull-requests": "write"}},
    "apply": {
        "plan": READ,
        "apply": {"contents": "write", "pull-requests": "read"},
        "record": {"contents": "write"},
    },
    "drift": {"drift": {"contents": "write"}, "audit": READ},
}
OWN = (
    "github.event.pull_request.head.repo.full_name == github.repository "
    "&& github.event.pull_request.user.login != 'dependabot[bot]'"
)
HAND_OVER = "Hand over the secrets of the accounts"
SECRET = "${{ secrets.SMSOPS_SECRETS }}"
TOKEN = "${{ github.token }}"


def every_step() -> list[tuple[str, str, Any]]:
    return [(name, job, one) for name in NAMES for job, one in steps(workflow(name))]


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_has_no_right_but_those_that_each_job_needs(name: str) -> None:
    document = workflow(name)
    assert document["permissions"] == {}
    assert {job: facts["permissions"] for job, facts in document["jobs"].items()} == PERMISSIONS[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_by_itself(name: str) -> None:
    assert all(0 < job["timeout-minutes"] <= 120 for job in workflow(name)["jobs"].values())


def test_every_foreign_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    files = [*(path.read_text() for path in WORKFLOWS.iterdir()), (ROOT / "action.yml").read_text()]
    used = [line for text in files for line in text.splitlines() if re.search(r"\buses:", line)]
    assert len(used) > 20
    assert not [line for line in used if not re.search(r" uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)]
    versions: dict[str, set[str]] = {}
    for line in used:
        action, _, pin = line.partition("uses: ")[2].partition("@")
        versions.setdefault(action, set()).add(pin)
    assert all(len(pins) == 1 for pins in versions.values())


def test_no_checkout_leaves_a_token_behind() -> None:
    checkouts = [one for _, _, one in every_step() if "actions/checkout@" in one.get("uses", "")]
    assert len(checkouts) == 8
    assert all(one["with"]["persist-credentials"] is False for one in checkouts)


def test_no_script_has_text_of_others_in_its_source() -> None:
    scripts = [one["run"] for _, _, one in every_step() if "run" in one]
    scripts += [one["run"] for one in read(ROOT / "action.yml")["runs"]["steps"] if "run" in one]
    assert len(scripts) > 20
    assert not [script for script in scripts if "${{" in script]


def test_no_trigger_gives_secrets_to_the_code_of_a_fork() -> None:
    for name in NAMES:
        assert list(workflow(name)["on"]) == ["workflow_call"]
    triggers = {path: set(read(text)["on"]) for path, text in github(Place()).items()}
    assert triggers == {
        ".github/workflows/smsops-plan.yml": {"pull_request"},
        ".github/workflows/smsops-apply.yml": {"push", "workflow_dispatch"},
        ".github/workflows/smsops-drift.yml": {"schedule", "workflow_dispatch"},
    }


def test_secrets_of_accounts_are_only_in_jobs_that_read_or_write_an_account_and_in_one_step_of_each() -> None:
    holders = [(name, job, one["name"]) for name, job, one in every_step() if "secrets." in json.dumps(one)]
    assert holders == [
        ("plan", "plan", HAND_OVER),
        ("apply", "plan", HAND_OVER),
        ("apply", "apply", HAND_OVER),
        ("apply", "record", HAND_OVER),
        ("drift", "drift", HAND_OVER),
    ]
    plan = workflow("plan")["jobs"]
    assert plan["plan"]["if"] == OWN
    assert plan["comment"]["if"] == f"!cancelled() && {OWN}"


def test_a_fork_is_checked_and_is_told_why_there_is_no_plan() -> None:
    check = workflow("plan")["jobs"]["check"]
    assert "if" not in check
    told = step(workflow("plan"), "check", "Say why there is no plan")
    assert told["if"] == OWN.replace("==", "!=").replace("&&", "||").replace("login !=", "login ==")


def test_the_token_is_only_in_steps_of_smsops() -> None:
    for _, _, one in every_step():
        assert (TOKEN in json.dumps(one)) == (one.get("env", {}).get("GITHUB_TOKEN") == TOKEN)
        if "GITHUB_TOKEN" in one.get("env", {}):
            assert "smsops " in one["run"]


def test_only_plans_of_pull_requests_and_drift_are_cancelled_and_applies_wait_in_a_queue() -> None:
    assert workflow("plan")["concurrency"]["cancel-in-progress"] is True
    assert workflow("drift")["concurrency"]["cancel-in-progress"] is True
    apply = workflow("apply")
    assert apply["concurrency"] == {
        "group": "smsops-apply-${{ inputs.working-directory }}",
        "cancel-in-progress": False,
        "queue": "max",
    }
    assert not [job for job in apply["jobs"].values() if "concurrency" in job]


def test_an_apply_waits_for_the_environment_and_carries_out_the_plan_of_its_own_run() -> None:
    jobs = workflow("apply")["jobs"]
    assert jobs["plan"]["if"] == "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
    assert (jobs["apply"]["environment"], jobs["apply"]["needs"]) == ("${{ inputs.environment }}", "plan")
    assert jobs["apply"]["if"] == "needs.plan.outputs.changes != '0'"
    assert jobs["record"]["if"] == "needs.plan.outputs.changes == '0'"
    assert "environment" not in jobs["record"]
    kept, fetched = (
        step(workflow("apply"), job, name) for job, name in (("plan", "Keep the plan"), ("apply", "Fetch the plan"))
    )
    assert kept["with"]["name"] == fetched["with"]["name"] == "smsops-plan"
    assert step(workflow("apply"), "apply", "Apply")["env"]["PLAN_ID"] == "${{ needs.plan.outputs.plan_id }}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", [Place(), FOLDER], ids=["at the root", "in a folder"])
def test_a_written_workflow_is_the_reusable_one_with_its_defaults_in_place(name: str, place: Place) -> None:
    folder, prefix = place.folder, "smsops-infra-sms" if place.folder else "smsops"
    ours, theirs = read(WORKFLOWS / f"{name}.yml"), read(github(place)[f".github/workflows/{prefix}-{name}.yml"])
    declared = ours.pop("on")["workflow_call"]["inputs"]
    kept = (theirs.pop("on").get("workflow_dispatch") or {}).get("inputs", {})
    values = {key: spec.get("default", SOURCE) for key, spec in declared.items() if key not in kept}
    values["working-directory"] = folder
    assert theirs.pop("name") == f"{ours.pop('name')} {folder}".strip()

    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: filled(value) for key, value in node.items()}
        if isinstance(node, list):
            return [filled(value) for value in node]
        if not isinstance(node, str):
            return node
        if (whole := re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", node)) and whole[1] in values:
            return values[whole[1]]
        node = re.sub(r"^smsops(?=-(?:plan|part-.*)$)", prefix, node)
        return re.sub(r"-\$\{\{ inputs\.working-directory \}\}", f"-{folder}" if folder else "", node)

    assert theirs == filled(ours)


def test_what_is_installed_has_no_default_and_is_marked_in_one_place() -> None:
    for name in NAMES:
        install = workflow(name)["on"]["workflow_call"]["inputs"]["install"]
        assert (install["required"], "default" in install) == (True, False)
    for path, text in github(Place()).items():
        assert text.count(SOURCE) == 1, path
        assert read(text)["env"]["SMSOPS_INSTALL"] == SOURCE


INSTALL = [(name, job) for name, job, one in every_step() if one["name"] == "Install smsops"]


@pytest.mark.parametrize(("name", "job"), INSTALL)
@pytest.mark.parametrize("source", ["", SOURCE])
def test_as_long_as_nothing_is_chosen_a_job_ends_before_anything_is_installed(
    name: str, job: str, source: str, tmp_path: Path
) -> None:
    names = [one["name"] for one in workflow(name)["jobs"][job]["steps"]]
    assert HAND_OVER not in names[: names.index("Install smsops")]
    done = installed(name, job, source, tmp_path)
    assert done.returncode == 1
    told = "SMSOPS_INSTALL does not say yet which commit or wheel of smsops pip installs."
    assert (done.stdout, done.stderr) == (f"::error title=smsops::{told}\n", "")
    assert calls(tmp_path) == []


def test_what_was_chosen_is_installed_in_every_job(tmp_path: Path) -> None:
    assert len(INSTALL) == 8
    for name, job in INSTALL:
        folder = tmp_path / f"{name} {job}"
        folder.mkdir()
        done = installed(name, job, "git+https://example.com/smsops@0b", folder)
        assert done.returncode == 0, done.stderr
        made, asked = calls(folder)
        assert made == ["-I", "-m", "venv", f"{folder}/smsops"]
        assert asked[-2:] == ["--", "git+https://example.com/smsops@0b"]
        assert (folder / "path").read_text() == f"{folder}/smsops/bin\n"


def installed(name: str, job: str, source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The step that installs, with a python and a pip that note how they are called."""
    noting = recorded(folder) / "smsops"
    (folder / "smsops" / "bin").mkdir(parents=True)
    noting.rename(noting.with_name("python"))
    shutil.copy(noting.with_name("python"), folder / "smsops" / "bin" / "pip")
    env = {
        "SMSOPS_INSTALL": source,
        "RUNNER_TEMP": str(folder),
        "GITHUB_PATH": str(folder / "path"),
        "PATH": f"{noting.parent}:/usr/bin:/bin",
    }
    return bash(step(workflow(name), job, "Install smsops")["run"], cwd=folder, env=env)


def test_what_two_projects_of_one_repository_write_has_no_name_in_common() -> None:
    one, other = (github(Place(folder=folder)) for folder in ("services/a", "services/b"))
    assert not one.keys() & other.keys()
    for first, second in zip(map(read, one.values()), map(read, other.values()), strict=True):
        assert first["name"] != second["name"]
        assert first["concurrency"]["group"] != second["concurrency"]["group"]
        assert not artifacts(first) & artifacts(second)


def artifacts(document: Any) -> set[str]:
    using = [one["with"] for _, one in steps(document) if "-artifact@" in one.get("uses", "")]
    return {one.get("name") or one["pattern"] for one in using}


def test_the_plan_is_kept_before_the_comment_that_may_not_be_allowed() -> None:
    names = [one["name"] for one in workflow("plan")["jobs"]["comment"]["steps"]]
    assert names.index("Keep the plan") < names.index("Comment")
    assert "/plan.md" in step(workflow("plan"), "comment", "Keep the plan")["with"]["path"]


def test_a_plan_of_one_machine_says_nothing_of_shards_in_its_name() -> None:
    name = workflow("plan")["jobs"]["plan"]["name"]
    assert name == "${{ matrix.shard == '1/1' && 'Plan' || format('Plan {0}', matrix.shard) }}"


def test_no_written_workflow_points_to_a_document_that_is_not_there() -> None:
    assert not [path for path, text in github(Place()).items() if "docs/" in text]


def given(name: str, job: str, step_name: str, **values: str) -> dict[str, str]:
    """The environment of a step: that of the workflow, and its own with the expressions in place."""
    document = workflow(name)
    env = {**document["env"], **step(document, job, step_name).get("env", {})}
    known = {
        "inputs.install": "smsops",
        "inputs.working-directory": "",
        "inputs.config": "",
        "inputs.allow": "",
        "github.server_url": "https://github.example.com",
        "github.token": "t0ken",
        **values,
    }
    return {key: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], str(value)) for key, value in env.items()}


def hand_over(tmp_path: Path, secret: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """The step as GitHub runs it; what it printed, and what it gave to later steps."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    file = tmp_path / "env"
    file.touch()
    script = step(workflow("plan"), "plan", HAND_OVER)["run"]
    done = bash(script, cwd=tmp_path, env={"SECRETS": secret, "GITHUB_ENV": str(file)})
    return done, file.read_text()


def test_secrets_are_handed_over_the_same_way_everywhere() -> None:
    scripts = {json.dumps(one) for _, _, one in every_step() if one["name"] == HAND_OVER}
    assert len(scripts) == 1


def test_each_secret_is_masked_and_handed_on_byte_for_byte(tmp_path: Path) -> None:
    values = {"ONE": "a$b`c'd\"e\\f", "TWO_2": "x%0A::error::y=%25", "_THREE": "=<<EOF"}
    done, handed = hand_over(tmp_path, json.dumps(values))
    assert (done.returncode, done.stderr) == (0, "")
    assert handed == "".join(f"{name}={value}\n" for name, value in values.items())
    # The runner reads %25 in a command as a per cent sign.
    assert [line.removeprefix("::add-mask::").replace("%25", "%") for line in done.stdout.splitlines()] == [
        *values.values()
    ]
    assert all(line.startswith("::add-mask::") for line in done.stdout.splitlines())


def test_without_secrets_nothing_is_handed_on_and_smsops_says_what_it_misses(tmp_path: Path) -> None:
    done, handed = hand_over(tmp_path, "")
    assert (done.returncode, done.stdout, done.stderr, handed) == (0, "", "", "")


@pytest.mark.parametrize(
    "secret",
    [
        "hunter2",
        '"hunter2"',
        '["hunter2"]',
        '{"A": "hunter2"',
        '{"A": ["hunter2"]}',
        '{"A": {"B": "hunter2"}}',
        '{"A": "hunter2"} {"B": "hunter2"}',
        '{"A": "hunter2\\nB=1"}',
        '{"A": "hunter2 "}',
        '{"A": ""}',
        '{"A B": "hunter2"}',
        '{"A\\nB": "hunter2"}',
        '{"A\\n": "hunter2"}',
        '{"A": "hunter2é"}',
        '{"A": 1}',
    ],
)
def test_a_secret_of_another_shape_is_refused_and_never_shown(secret: str, tmp_path: Path) -> None:
    done, handed = hand_over(tmp_path, secret)
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=smsops::SMSOPS_SECRETS must be a JSON object")
    assert "hunter2" not in done.stdout + done.stderr
    assert handed == ""


def filled_by_git(tmp_path: Path, env: Mapping[str, str], host: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "asked").write_text(f"protocol=https\nhost={host}\n\n")
    return bash("git credential fill <asked", cwd=tmp_path, env={**env, "GIT_TERMINAL_PROMPT": "0"})


def test_git_gets_the_token_for_the_forge_alone_and_no_file_holds_it(tmp_path: Path) -> None:
    env = given("apply", "apply", "Apply", **{"needs.plan.outputs.plan_id": "sha256:1"})
    asked = filled_by_git(tmp_path, env, "github.example.com")
    assert "username=x-access-token\npassword=t0ken\n" in asked.stdout
    assert filled_by_git(tmp_path, env, "elsewhere.example.com").returncode != 0
    assert "t0ken" not in "".join(path.read_text() for path in tmp_path.iterdir())


Run = Callable[..., list[list[str]]]


@pytest.fixture
def noted(tmp_path: Path) -> Run:
    """Run a step with a smsops that notes how it is called, and give the calls."""

    def run(name: str, job: str, step_name: str, **values: str) -> list[list[str]]:
        env = given(name, job, step_name, **values)
        if not (tmp_path / "bin").exists():
            recorded(tmp_path)
        env |= {"RUNNER_TEMP": str(tmp_path), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
        (tmp_path / "calls").unlink(missing_ok=True)
        done = bash(step(workflow(name), job, step_name)["run"], cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr
        return [[word.replace(str(tmp_path), "TEMP") for word in call] for call in calls(tmp_path)]

    return run


def test_a_machine_plans_the_shard_that_the_matrix_gives_it(noted: Run) -> None:
    ran = noted("plan", "plan", "Plan", **{"matrix.shard": "2/8", "strategy.job-index": "1"})
    assert ran == [["plan", "--shard", "2/8", "--out", "TEMP/plan-1.json"]]


def test_all_parts_of_the_plan_are_put_together(noted: Run, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for number in range(3):
        (tmp_path / "parts" / f"plan-{number}.json").touch()
    (ran,) = noted("plan", "comment", "Put the plan together")
    assert ran[:5] == ["plan", "merge", *(f"TEMP/parts/plan-{number}.json" for number in range(3))]
    assert ran[5:] == ["--out", "TEMP/plan.json", "-o", "github", "-o", "markdown=TEMP/plan.md"]


@pytest.mark.parametrize(
    ("folder", "key"), [("", "plan"), ("infra/SMS_eu", "plan-infra-sms-eu"), ("a" * 60, "plan-" + "a" * 35)]
)
def test_the_comment_shows_the_plan_or_says_that_there_is_none(
    noted: Run, tmp_path: Path, folder: str, key: str
) -> None:
    values = {"inputs.working-directory": folder}
    assert noted("plan", "comment", "Comment", **values) == [["comment", "--no-plan", "--key", key]]
    (tmp_path / "plan.json").touch()
    assert noted("plan", "comment", "Comment", **values) == [["comment", "TEMP/plan.json", "--key", key]]


def test_the_approved_plan_is_applied_by_its_id_and_one_without_changes_is_recorded(noted: Run) -> None:
    ran = noted("apply", "apply", "Apply", **{"needs.plan.outputs.plan_id": "sha256:0b"})
    assert ran == [["apply", "TEMP/plan.json", "--approved", "sha256:0b", "--lock-timeout", "900"]]
    assert noted("apply", "record", "Record") == [["apply", "TEMP/plan.json", "--lock-timeout", "900"]]


def test_a_schedule_keeps_what_it_found_and_then_verifies_the_whole_history_without_secrets(noted: Run) -> None:
    assert noted("drift", "drift", "Look for drift") == [["drift", "--record", "--detailed-exitcode"]]
    assert noted("drift", "audit", "Verify history and ledger") == [["audit", "verify"]]
    audit = workflow("drift")["jobs"]["audit"]
    assert (audit["needs"], audit["if"]) == ("drift", "${{ !cancelled() }}"), "also when there is drift"
    assert step(workflow("drift"), "audit", "Check out")["with"]["fetch-depth"] == 0
    assert "SMSOPS_CONFIG" not in given("drift", "audit", "Verify history and ledger"), "its history is another one"


def test_kinds_that_are_let_through_reach_the_plan_of_an_apply_and_nothing_else() -> None:
    assert given("apply", "plan", "Plan", **{"inputs.allow": "limit prune"})["SMSOPS_ALLOW"] == "limit prune"
    allowing = [(name, job, one["name"]) for name, job, one in every_step() if "SMSOPS_ALLOW" in one.get("env", {})]
    assert allowing == [("apply", "plan", "Plan")]
