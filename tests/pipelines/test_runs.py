"""The written workflows run step by step with smsops itself, in the sandbox: only the runner is played here."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from smsops.cli.boundary import run as smsops
from tests.cli.door import git
from tests.pipelines.places import NAMES, ROOT, bash, component, read, step, steps, workflow

Outputs = dict[str, str]
Step = Callable[..., Outputs]


def outputs(file: Path) -> Outputs:
    """What a step wrote for later ones."""
    return dict(line.partition("=")[::2] for line in file.read_text().splitlines())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The sample project in a folder of a repository, with the workflows that init writes for it."""
    top = tmp_path / "repository"
    project = top / "infra" / "sms"
    shutil.copytree(ROOT / "channels", project / "channels")
    shutil.copy(ROOT / "smsops.yaml", project)
    git(top.parent, "init", "-q", "-b", "main", str(top))
    with chdir(project):
        assert smsops(["init", "--ci", "github"]) == 0
    git(top, "add", ".")
    git(top, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-qm", "first")
    return top


@pytest.fixture
def ran(repository: Path, tmp_path: Path) -> Step:
    """Run one step of a written workflow at the root of the checkout, and give its outputs."""
    temp = tmp_path / "temp"
    temp.mkdir()

    def run(name: str, job: str, step_name: str, *, code: int = 0, **values: str) -> Outputs:
        document = read(repository / ".github" / "workflows" / f"smsops-infra-sms-{name}.yml")
        one = step(document, job, step_name)
        env = {**document["env"], **one.get("env", {})}
        known = {
            "github.server_url": "https://github.example.com",
            "github.token": "t0ken",
            "inputs.allow": "",
            **values,
        }
        filled = {
            key: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], str(value)) for key, value in env.items()
        }
        told = {key: temp / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in told.values():
            file.write_text("")
        runner = {
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(temp),
            "SMSOPS_SANDBOX": "1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **{key: str(file) for key, file in told.items()},
        }
        done = bash(one["run"], cwd=repository, env=runner | filled)
        assert done.returncode == code, done.stdout + done.stderr
        return outputs(told["GITHUB_OUTPUT"])

    return run


def test_a_pull_request_is_checked_shared_among_machines_and_planned_as_one(ran: Step, tmp_path: Path) -> None:
    assert ran("plan", "check", "Validate")["result"] == "valid"
    ran("plan", "check", "Check the layout")
    matrix: Any = json.loads(ran("plan", "check", "Share the plan among machines")["matrix"])
    parts, summary = tmp_path / "temp" / "parts", tmp_path / "temp" / "GITHUB_STEP_SUMMARY"
    parts.mkdir()
    assert summary.read_text() == ""
    for index, job in enumerate(matrix["include"]):
        ran("plan", "plan", "Plan", **{"matrix.shard": job["shard"], "strategy.job-index": str(index)})
        assert summary.read_text() == ""  # once is enough, and the next job shows the whole
        (tmp_path / "temp" / f"plan-{index}.json").rename(parts / f"plan-{index}.json")
    told = ran("plan", "comment", "Put the plan together")
    plan = json.loads((tmp_path / "temp" / "plan.json").read_text())
    assert (told["result"], told["plan_id"]) == ("changes", plan["plan_id"])
    assert int(told["changes"]) == len(plan["changes"]) > 20
    assert plan["plan_id"] in (tmp_path / "temp" / "plan.md").read_text()
    assert plan["plan_id"] in summary.read_text()


def test_a_merge_without_changes_is_recorded_without_approval_and_without_a_call(
    ran: Step, repository: Path, tmp_path: Path
) -> None:
    project = repository / "infra" / "sms"
    with chdir(project):
        assert smsops(["--sandbox", "apply", "--yes"]) == 0
    kept = {path.name for path in (project / ".smsops" / "ledger").rglob("*.json")}
    channel = project / "channels" / "glintgrid-outage-staging.yaml"
    guarded = '- {number: "+14155550190", protected: true}'
    channel.write_text(channel.read_text().replace('- "+14155550190"', guarded))
    told = ran("apply", "plan", "Plan")
    assert (told["changes"], told["result"]) == ("0", "no-changes")
    ran("apply", "record", "Record")
    (record,) = (path for path in (project / ".smsops" / "ledger").rglob("*.json") if path.name not in kept)
    assert record.parent.name == "staging"


def test_a_merge_with_changes_names_the_plan_that_needs_approval(ran: Step, tmp_path: Path) -> None:
    told = ran("apply", "plan", "Plan")
    assert int(told["changes"]) > 20
    assert told["plan_id"] == json.loads((tmp_path / "temp" / "plan.json").read_text())["plan_id"]


def test_a_schedule_without_drift_is_green_and_leaves_evidence(ran: Step, repository: Path) -> None:
    project = repository / "infra" / "sms"
    with chdir(project):
        assert smsops(["--sandbox", "apply", "--yes"]) == 0
    assert ran("drift", "drift", "Look for drift")["result"] == "no-drift"
    kept = [json.loads(path.read_text()) for path in (project / ".smsops" / "ledger" / "checks").rglob("*.json")]
    assert {(check["data"]["account"], *check["data"]["found"]) for check in kept} == {("us",), ("uk",), ("staging",)}
    ran("drift", "audit", "Verify history and ledger")


def test_every_command_and_option_that_a_pipeline_uses_exists(capfd: pytest.CaptureFixture[str]) -> None:
    scripts = [one["run"] for name in NAMES for _, one in steps(workflow(name)) if "run" in one]
    scripts += [line for job in component().values() for line in job.get("script", ())]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(scripts))
    used: dict[str, set[str]] = {}
    for line in joined.splitlines():
        if found := re.match(r"\s*smsops ([a-z]+(?: merge| verify)?)(.*)", line):
            used.setdefault(found[1], set()).update(re.findall(r"(?<= )--?[a-z][a-z-]*", found[2].replace("{", " ")))
    assert used.keys() == {
        "validate",
        "fmt",
        "matrix",
        "plan",
        "plan merge",
        "comment",
        "apply",
        "drift",
        "audit verify",
    }
    assert {"--shard", "--out"} <= used["plan"]
    for command, options in used.items():
        assert smsops([*command.split(), "--help"]) == 0, command
        helped = capfd.readouterr().out
        assert not [option for option in options if not re.search(rf"(?<![\w-]){option}\b", helped)], command
