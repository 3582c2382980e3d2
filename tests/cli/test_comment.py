"""`smsops comment`: the plan in the one comment of its pull or merge request, or in a file where that may not be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smsops.render.comment import marker
from tests.cli.conftest import committed
from tests.cli.door import SUPPORT, Run, git, write_project
from tests.forges.double import FaultKind
from tests.forges.github_double import TOKEN, GitHubDouble
from tests.forges.gitlab_double import TOKEN as LAB_TOKEN
from tests.forges.gitlab_double import GitLabDouble

HEAD = "d" * 40
PLAN = "plan.json"

Setenv = Callable[[dict[str, str]], None]


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> Setenv:
    def each(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return each


@pytest.fixture
def hub(setenv: Setenv) -> Iterator[GitHubDouble]:
    """A pull request under review, in whose workflow everything here runs."""
    with GitHubDouble() as running:
        running.open_pull(7, HEAD, "rae")
        setenv(running.environment(7))
        yield running


@pytest.fixture
def lab(setenv: Setenv) -> Iterator[GitLabDouble]:
    with GitLabDouble() as running:
        running.open_merge_request(7, HEAD, "rae")
        setenv(running.environment(7))
        yield running


@pytest.fixture
def saved(project: Path, run: Run) -> Path:
    """The project, committed, with a saved plan."""
    committed(project)
    assert run("--sandbox", "plan", "--out", PLAN, "-o", "text").code == 0
    return project


def plan_id(root: Path) -> str:
    return str(json.loads((root / PLAN).read_text())["plan_id"])


def push(root: Path, run: Run) -> None:
    """Another commit, with another plan."""
    write_project(root, support=SUPPORT.replace("com/in", "com/elsewhere"))
    git(root, "commit", "-qam", "second")
    assert run("--sandbox", "plan", "--out", PLAN, "-o", "text").code == 0


def test_the_plan_becomes_a_comment_with_its_id(saved: Path, hub: GitHubDouble, run: Run) -> None:
    ran = run("comment", PLAN)
    assert ran.code == 0
    assert re.fullmatch(r"Comment created: https://github\.example\.com/acme/sms/pull/7#issuecomment-\d+\n", ran.out)
    assert ran.err == ""
    (body,) = hub.bodies()
    assert body.startswith(marker("plan"))
    assert plan_id(saved) in body
    assert "This is the first plan here." in body


def test_the_next_push_updates_the_comment_and_says_what_is_new(saved: Path, hub: GitHubDouble, run: Run) -> None:
    run("comment", PLAN)
    push(saved, run)
    ran = run("comment", PLAN)
    assert ran.out.startswith("Comment updated: https://")
    (body,) = hub.bodies()
    assert plan_id(saved) in body
    assert "Since the last push: 1 change new" in body
    assert [method for method, _ in hub.writes()] == ["POST", "PATCH"]


def test_the_same_plan_again_writes_nothing(saved: Path, hub: GitHubDouble, run: Run) -> None:
    run("comment", PLAN)
    run("comment", PLAN)
    writes = len(hub.writes())
    ran = run("comment", PLAN, "-o", "json")
    assert ran.document == {
        "format_version": "1.0",
        "ok": True,
        "action": "unchanged",
        "url": hub.comments[0]["html_url"],
        "path": None,
    }
    assert len(hub.writes()) == writes


def test_the_merge_request_of_gitlab_gets_the_same(saved: Path, lab: GitLabDouble, run: Run) -> None:
    assert run("comment", PLAN).out.startswith(
        "Comment created: https://gitlab.example.com/acme/sms/-/merge_requests/7#"
    )
    push(saved, run)
    assert run("comment", PLAN).out.startswith("Comment updated: ")
    (body,) = lab.bodies(7)
    assert plan_id(saved) in body
    assert "Since the last push: " in body


def test_a_stranger_s_comment_is_never_edited(saved: Path, hub: GitHubDouble, run: Run) -> None:
    hub.comment(7, "mallory", f"{marker('plan')}\nApproved, nothing to see.")
    run("comment", PLAN)
    run("comment", PLAN)
    assert len(hub.bodies()) == 2
    assert hub.bodies()[0].endswith("nothing to see.")


def test_each_key_has_a_comment_of_its_own(
    saved: Path, hub: GitHubDouble, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("comment", PLAN)
    assert run("comment", PLAN, "--key", "north").out.startswith("Comment created")
    monkeypatch.setenv("SMSOPS_KEY", "north")
    assert run("comment", PLAN).out.startswith("Comment updated")
    assert [body.split("\n")[0] for body in hub.bodies()] == [marker("plan"), marker("north")]


@pytest.mark.parametrize("status", [403, 404])
def test_a_fork_without_rights_is_told_so_and_the_markdown_is_left_as_a_file(
    saved: Path, hub: GitHubDouble, run: Run, status: int
) -> None:
    hub.write_refusal = status
    ran = run("comment", PLAN)
    assert ran.code == 0
    assert ran.out == "Comment saved: plan.md\n"
    assert ran.err.startswith("The comment cannot be posted from here. GitHub answers POST ")
    assert "hint: Check GITHUB_TOKEN" in ran.err
    text = (saved / "plan.md").read_text()
    assert text.startswith(marker("plan"))
    assert plan_id(saved) in text
    assert run("comment", PLAN, "-o", "json").document == {
        "format_version": "1.0",
        "ok": True,
        "action": "saved",
        "url": None,
        "path": "plan.md",
    }


def test_a_fork_s_pipeline_without_a_token_leaves_the_file(
    saved: Path, lab: GitLabDouble, run: Run, setenv: Setenv
) -> None:
    setenv({"GITLAB_TOKEN": "", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "6"})
    ran = run("comment", PLAN)
    assert (ran.code, ran.out) == (0, "Comment saved: plan.md\n")
    assert "the pipeline of a fork gets no secrets" in ran.err
    assert lab.asked == []


def test_the_file_is_beside_the_plan_and_never_over_it(saved: Path, hub: GitHubDouble, run: Run) -> None:
    hub.write_refusal = 403
    for name, beside in (("out/p.json", "out/p.md"), ("reviewed", "reviewed.md"), ("p.md", "p.md.md")):
        (saved / name).parent.mkdir(exist_ok=True)
        (saved / name).write_bytes((saved / PLAN).read_bytes())
        assert run("comment", name).out == f"Comment saved: {beside}\n"
        assert (saved / name).read_bytes() == (saved / PLAN).read_bytes()
        assert plan_id(saved) in (saved / beside).read_text()


def test_a_push_without_a_plan_takes_the_place_of_the_plan_before(saved: Path, hub: GitHubDouble, run: Run) -> None:
    run("comment", PLAN)
    ran = run("comment", "--no-plan")
    assert ran.out.startswith("Comment updated: ")
    (body,) = hub.bodies()
    assert "No plan" in body
    assert re.search(rf"There is no plan for commit \W*(code>)?{git(saved, 'rev-parse', 'HEAD')[:12]}", body)
    assert plan_id(saved)[:19] in body


def test_without_rights_and_without_a_plan_the_file_has_a_name_of_its_own(
    tmp_path: Path, hub: GitHubDouble, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hub.write_refusal = 403
    ran = run("comment", "--no-plan", "--key", "north")
    assert (ran.code, ran.out) == (0, "Comment saved: smsops-comment.md\n")
    assert (tmp_path / "smsops-comment.md").read_text().startswith(marker("north"))


def test_a_plan_can_be_commented_where_there_is_no_project(
    saved: Path, hub: GitHubDouble, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run("comment", str(saved / PLAN)).code == 0
    assert plan_id(saved) in hub.bodies()[0]


def test_a_plan_can_be_commented_while_the_project_is_broken(saved: Path, hub: GitHubDouble, run: Run) -> None:
    (saved / "smsops.yaml").write_text("version: [")
    assert run("comment", PLAN).code == 0
    assert plan_id(saved) in hub.bodies()[0]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ((), "Name either a PLAN_FILE or --no-plan."),
        ((PLAN, "--no-plan"), "Name either a PLAN_FILE or --no-plan."),
        ((PLAN, "--key", "-->"), "A comment's key is"),
        ((PLAN, "--key", ""), "A comment's key is"),
        (("nothing.json",), "'nothing.json' cannot be read"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked(
    saved: Path, hub: GitHubDouble, run: Run, argv: tuple[str, ...], told: str
) -> None:
    ran = run("comment", *argv)
    assert ran.code == 64
    assert told in ran.err
    assert hub.asked == []


def test_a_damaged_plan_is_not_shown(saved: Path, hub: GitHubDouble, run: Run) -> None:
    (saved / PLAN).write_text((saved / PLAN).read_text().replace("example.com", "example.org"))
    assert run("comment", PLAN).code == 6
    assert hub.asked == []


def test_outside_of_ci_the_variables_are_named(saved: Path, run: Run) -> None:
    ran = run("comment", PLAN)
    assert ran.code == 64
    for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_EVENT_PATH", "CI_MERGE_REQUEST_IID", "GITLAB_TOKEN"):
        assert name in ran.err


@pytest.mark.parametrize("status", [401, 403, 422, 500])
def test_the_token_is_in_no_output_whatever_the_forge_says(
    saved: Path, hub: GitHubDouble, run: Run, setenv: Setenv, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smsops.forges.http.PAUSES", (0.0, 0.0, 0.0))
    for method in ("GET", "POST"):
        for _ in range(4):
            hub.fault(FaultKind.STATUS, method=method, path="comments", status=status, message=f"\x1b[2J {TOKEN}")
    ran = run("comment", PLAN, "-v", "-o", "json")
    said = ran.out + ran.err
    assert TOKEN not in said
    assert "****" in said
    assert "\x1b" not in said
    assert not any(TOKEN in path.read_text(errors="replace") for path in saved.rglob("*") if path.is_file())
    assert ran.code == {401: 4, 403: 0, 422: 1, 500: 1}[status]


def test_a_refusal_of_the_forge_is_a_document_with_its_code(saved: Path, lab: GitLabDouble, run: Run) -> None:
    lab.token = "another"
    ran = run("comment", PLAN, "-o", "json")
    assert ran.code == 4
    assert ran.document["error"]["code"] == "SMS518"
    assert LAB_TOKEN not in ran.out + ran.err
