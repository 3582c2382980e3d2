"""A change from its branch to its record: plan, comment, approval, squash merge, apply of the approved plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from smsops.sandbox.server import Sandbox
from tests.cli.clones import Team, commit, git, records
from tests.cli.door import CODES, SUPPORT, Ran, write_project
from tests.forges.github_double import GitHubDouble
from tests.forges.gitlab_double import GitLabDouble

NUMBERS = tuple(f"+1206555010{digit}" for digit in range(1, 6))
EDITED = SUPPORT.replace("com/in", "com/v2")
AGAIN = EDITED + "messaging: {validity_period: 600}\n"


@dataclass(slots=True, kw_only=True)
class Review:
    """One change request, as its people and CI work on it; the same on both forges."""

    team: Team
    developer: Path
    environment: Callable[[int | None], dict[str, str]]
    open: Callable[[str], object]
    push: Callable[[str], object]
    approve: Callable[[str, str, str], object]
    """Who, which commit, with what words."""
    merge: Callable[[str], object]
    bodies: Callable[[], list[str]]

    def commit(self, message: str, **channels: str) -> str:
        """Commit to the branch of the change; its head."""
        write_project(self.developer, **channels)
        commit(self.developer, message)
        git(self.developer, "push", "-q", "origin", "change-7")
        return git(self.developer, "rev-parse", "HEAD")

    def ci(self, name: str, branch: str, *argv: str) -> Ran:
        """A step of CI, in a fresh shallow clone unless the job has one."""
        clone = self.team.folder / name
        if not clone.exists():
            self.team.clone(name, "--depth", "1", "--branch", branch)
        under_review = 7 if branch != "main" else None
        before = dict(self.team.env)
        self.team.env |= self.environment(under_review)
        try:
            return self.team.run(clone, *argv)
        finally:
            self.team.env = before

    def squash(self) -> str:
        """Merge the change as one new commit, as forges do; that commit."""
        git(self.developer, "checkout", "-q", "main")
        git(self.developer, "pull", "-q", "origin", "main")
        git(self.developer, "merge", "-q", "--squash", "change-7")
        commit(self.developer, "One change (#7)")
        git(self.developer, "push", "-q", "origin", "main")
        sha = git(self.developer, "rev-parse", "HEAD")
        self.merge(sha)
        return sha

    def plan_id(self) -> str:
        """What a reviewer copies out of the one comment."""
        (body,) = self.bodies()
        found = set(re.findall(r"sha256:[0-9a-f]{64}", body))
        assert len(found) == 1, found
        return str(found.pop())


def started(team: Team) -> Path:
    first = team.start(support=SUPPORT, codes=CODES)
    team.ok(first, "apply", "--yes")
    developer = team.clone("rae")
    git(developer, "checkout", "-q", "-b", "change-7")
    return developer


def on_github(team: Team, hub: GitHubDouble) -> Review:
    return Review(
        team=team,
        developer=started(team),
        environment=hub.environment,
        open=lambda head: hub.open_pull(7, head, "rae"),
        push=lambda head: hub.push(7, head, "rae"),
        approve=lambda who, head, words: hub.approve(7, who, head, words),
        merge=lambda sha: hub.merge(7, sha, by="ann"),
        bodies=hub.bodies,
    )


def on_gitlab(team: Team, lab: GitLabDouble) -> Review:
    clock = iter(f"2026-11-23T10:{minute:02}:00.000Z" for minute in range(60))
    return Review(
        team=team,
        developer=started(team),
        environment=lab.environment,
        open=lambda head: lab.open_merge_request(7, head, "rae", at=next(clock)),
        push=lambda head: lab.push(7, head, "rae", next(clock)),
        approve=lambda who, head, words: lab.approve(7, who, note=words, at=next(clock)),
        merge=lambda sha: lab.merge(7, None, by="ann", squash=sha),
        bodies=lambda: [body for body in lab.bodies(7) if body.startswith("<!-- smsops comment")],
    )


@pytest.fixture(params=["github", "gitlab"])
def review(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Iterator[Review]:
    team = Team(tmp_path, sandbox, NUMBERS)
    if request.param == "github":
        with GitHubDouble() as hub:
            yield on_github(team, hub)
        return
    with GitLabDouble() as lab:
        yield on_gitlab(team, lab)


def test_a_change_from_its_branch_to_its_record(review: Review) -> None:
    team = review.team
    review.open(review.commit("the webhook moves", support=EDITED))
    assert review.ci("pr-1", "change-7", "plan", "--out", "plan.json", "-o", "text").code == 0
    ran = review.ci("pr-1", "change-7", "comment", "plan.json")
    assert (ran.code, ran.out.startswith("Comment created: ")) == (0, True), ran.err
    earlier = review.plan_id()
    assert "https://hooks.example.com/v2" in review.bodies()[0]

    head = review.commit("and a validity", support=AGAIN)
    review.push(head)
    assert review.ci("pr-2", "change-7", "plan", "--out", "plan.json", "-o", "text").code == 0
    assert review.ci("pr-2", "change-7", "comment", "plan.json").out.startswith("Comment updated: ")
    (body,) = review.bodies()
    assert "Since the last push" in body
    approved = review.plan_id()
    assert approved != earlier

    review.approve("ann", head, f"Read and meant.\n\n{approved}")
    merged = review.squash()
    assert merged != head
    writes = len(team.writes())
    assert review.ci("cd", "main", "plan", "--out", "plan.json", "-o", "text").code == 0
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", approved, "-o", "text")
    assert ran.code == 0, ran.err
    assert "Approved by ann, asked for by rae: " in ran.err
    assert len(team.writes()) == writes + 1
    live = team.sandbox.console.service(team.services()["support"]) or {}
    assert live["inbound_request_url"] == "https://hooks.example.com/v2"

    record = records(team.folder / "cd")[-1]["data"]
    assert record["ending"] == "applied"
    assert record["plan_id"] == approved
    assert record["source"]["commit"] == merged
    told = record["approval"]
    assert (told["approver"], told["requester"], told["merged_by"], told["number"]) == ("ann", "rae", "ann", 7)
    assert told["plan_id"] == approved
    assert told["approved_at"] < told["merged_at"]
    assert told["separation"] == "kept"

    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", approved, "-o", "text")
    assert ran.code == 0, ran.err
    assert "already done" in ran.out
    assert review.ci("cd", "main", "plan", "--detailed-exitcode", "-o", "text").code == 0
    assert len(team.writes()) == writes + 1


def merged(review: Review, *reviews: tuple[str, str]) -> str:
    """A change that was merged after these reviews: who, and the words, with the plan's id for {id}. The plan's id."""
    head = review.commit("the webhook moves", support=EDITED)
    review.open(head)
    review.ci("pr", "change-7", "plan", "--out", "plan.json", "-o", "text")
    review.ci("pr", "change-7", "comment", "plan.json")
    found = review.plan_id()
    for who, words in reviews:
        review.approve(who, head, words.format(id=found))
    review.squash()
    assert review.ci("cd", "main", "plan", "--out", "plan.json", "-o", "text").code == 0
    return found


@pytest.mark.parametrize(
    ("reviews", "words"),
    [
        ([], "Nobody approves"),
        ([("ann", "Looks good")], "ann approved without the id of the plan."),
        ([("rae", "{id}")], "rae approved and asked for the change: somebody else has to approve."),
        ([("ann", "sha256:" + "0" * 64)], "names another plan, sha256:000000000000"),
    ],
    ids=["nobody", "without the id", "the requester", "another plan"],
)
def test_without_an_approval_of_this_plan_nothing_is_written(
    review: Review, reviews: list[tuple[str, str]], words: str
) -> None:
    found = merged(review, *reviews)
    writes = review.team.writes()
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    assert ran.code == 5
    assert "error SMS517: " in ran.err
    assert words in ran.err
    assert review.team.writes() == writes
    record = records(review.team.folder / "cd")[-1]["data"]
    assert record["ending"] == "refused"
    assert record["findings"][0]["code"] == "SMS517"
    assert words in record["findings"][0]["message"]
    assert "approval" not in record


def test_an_approval_of_an_earlier_push_is_none(review: Review) -> None:
    head = review.commit("the webhook moves", support=EDITED)
    review.open(head)
    review.ci("pr", "change-7", "plan", "--out", "plan.json", "-o", "text")
    review.ci("pr", "change-7", "comment", "plan.json")
    found = review.plan_id()
    review.approve("ann", head, found)
    # A comment in a file: the plan and its id stay the same, and still nobody has read this push.
    review.push(review.commit("words", support=EDITED + "# words\n"))
    review.squash()
    assert review.ci("cd", "main", "plan", "--out", "plan.json", "-o", "text").code == 0
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    assert ran.code == 5
    assert "the approval is of an earlier push" in ran.err


def test_a_plan_that_is_not_the_approved_one_is_refused(review: Review) -> None:
    found = merged(review, ("ann", "{id}"))
    team = review.team
    team.sandbox.console.update_service(team.services()["codes"], status_callback="https://console.example.com/")
    assert review.ci("cd", "main", "plan", "--out", "plan.json", "-o", "text").code == 0
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    assert ran.code == 5
    assert f"and approved is {found}" in ran.err
    assert records(team.folder / "cd")[-1]["data"]["ending"] == "refused"


def test_a_forge_that_gives_no_answer_is_no_approval(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    found = merged(review, ("ann", "{id}"))
    writes = review.team.writes()
    environment = review.environment
    review.environment = lambda number: {
        name: "spoilt" if name.endswith("_TOKEN") else value for name, value in environment(number).items()
    }
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    assert ran.code == 4
    assert "error SMS518: " in ran.err
    assert review.team.writes() == writes


def test_a_commit_that_no_change_brought_is_not_approved(review: Review) -> None:
    found = merged(review, ("ann", "{id}"))
    developer = review.developer
    (developer / "README.md").write_text("pushed past the review\n")
    commit(developer, "straight to main")
    git(developer, "push", "-q", "origin", "main")
    review.ci("direct", "main", "plan", "--out", "plan.json", "-o", "text")
    ran = review.ci("direct", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    assert ran.code == 5
    assert "No merged change brought commit" in ran.err


def test_without_a_forge_the_id_is_compared_and_the_record_says_nothing_of_people(review: Review) -> None:
    found = merged(review)
    review.environment = lambda number: {}
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found.upper().replace("SHA256", "sha256"))
    assert ran.code == 0, ran.err
    assert "who approved it was not read" in ran.err
    assert "approval" not in records(review.team.folder / "cd")[-1]["data"]


@pytest.mark.parametrize("words", ["sha256:123456789abc", "yes", ""])
def test_the_beginning_of_an_id_approves_nothing(review: Review, words: str) -> None:
    ran = review.team.run(review.developer, "apply", "plan.json", "--approved", words)
    assert (ran.code, "is no plan id" in ran.err) == (64, True)


def test_only_a_saved_plan_can_have_been_approved(review: Review) -> None:
    ran = review.team.run(review.developer, "apply", "--yes", "--approved", "0" * 64)
    assert (ran.code, "--approved belongs to a saved plan." in ran.err) == (64, True)


def test_an_empty_variable_is_no_approval_and_no_leave_to_go_without(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pipeline sets it when the output that it names does not exist."""
    monkeypatch.setenv("SMSOPS_APPROVED", "")
    for words in (("apply", "plan.json"), ("apply", "--yes")):
        ran = review.team.run(review.developer, *words)
        assert (ran.code, "'' is no plan id" in ran.err) == (64, True)
