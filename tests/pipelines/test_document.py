"""The examples of docs/pipelines.md fit what they speak of."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from smsops.starter import SOURCE
from tests.pipelines.places import ROOT, read, workflow

TEXT = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
EXAMPLES: list[Any] = [read(textwrap.dedent(block)) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]


def needed(name: str) -> dict[str, str]:
    """The rights that a caller has to grant: what some job of the workflow asks for."""
    rights: dict[str, str] = {}
    for job in workflow(name)["jobs"].values():
        for right, level in job["permissions"].items():
            if rights.get(right) != "write":
                rights[right] = level
    return rights


def test_the_caller_grants_what_the_workflow_needs_and_hands_over_its_secret() -> None:
    (job,) = EXAMPLES[0]["jobs"].values()
    assert job["permissions"] == needed("plan")
    inputs = workflow("plan")["on"]["workflow_call"]["inputs"]
    assert {name for name, given in inputs.items() if given.get("required")} <= job["with"].keys() <= inputs.keys()
    assert job["secrets"].keys() == workflow("plan")["on"]["workflow_call"]["secrets"].keys()
    assert set(EXAMPLES[0]["on"]) == {"pull_request"}


def test_the_rights_of_the_other_workflows_are_those_that_are_told() -> None:
    assert needed("apply") == {"contents": "write", "pull-requests": "read"}
    assert "`apply.yml` needs `contents: write` and `pull-requests: read`" in TEXT
    assert needed("drift") == {"contents": "write"}
    assert "`drift.yml` needs `contents: write`" in TEXT


def test_the_step_with_the_action_gives_inputs_that_exist() -> None:
    ((one,),) = (EXAMPLES[1],)
    assert one["with"].keys() <= read(ROOT / "action.yml")["inputs"].keys()
    assert all(f"`{name}`" in TEXT for name in read(ROOT / "action.yml")["outputs"])


def test_the_hooks_are_those_that_are_offered() -> None:
    (repository,) = EXAMPLES[2]["repos"]
    offered = [hook["id"] for hook in read(ROOT / ".pre-commit-hooks.yaml")]
    assert [hook["id"] for hook in repository["hooks"]] == offered


def test_what_has_to_be_replaced_is_told_word_for_word() -> None:
    assert f"`{SOURCE}`" in TEXT
    assert TEXT.count("](#what-is-installed)") == 2
    assert "\n## What is installed\n" in TEXT
