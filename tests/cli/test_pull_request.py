"""A change from its branch to its record: plan, comment, approval, squash merge, apply of the approved plan."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from smsops.changes import digest
from smsops.sandbox.faults import Fault
from tests.cli.clones import Team, built, commit, copied, git, records
from tests.cli.door import CODES, ROOT, SUPPORT, Ran, write_project
from tests.forges.github_double import GitHubDouble
from tests.forges.gitlab_double import GitLabDouble

RECORD = json.loads((ROOT / "schemas" / "record.schema.json").read_text())
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


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A project that was applied, with a developer's clone; each review works on a copy."""
    return built(tmp_path_factory.mktemp("begun"), NUMBERS, started)


def on_github(team: Team, hub: GitHubDouble) -> Review:
    clock = iter(f"2026-11-23T10:{minute:02}:00Z" for minute in range(60))
    return Review(
        team=team,
        developer=team.folder / "rae",
        environment=hub.environment,
        open=lambda head: hub.open_pull(7, head, "rae"),
        push=lambda head: hub.push(7, head, "rae"),
        approve=lambda who, head, words: hub.approve(7, who, head, words, next(clock)),
        merge=lambda sha: hub.merge(7, sha, by="ann"),
        bodies=hub.bodies,
    )


def on_gitlab(team: Team, lab: GitLabDouble) -> Review:
    clock = iter(f"2026-11-23T10:{minute:02}:00.000Z" for minute in range(60))
    return Review(
        team=team,
        developer=team.folder / "rae",
        environment=lab.environment,
        open=lambda head: lab.open_merge_request(7, head, "rae", at=next(clock)),
        push=lambda head: lab.push(7, head, "rae", next(clock)),
        approve=lambda who, head, words: lab.approve(7, who, note=words, at=next(clock)),
        merge=lambda sha: lab.merge(7, None, by="ann", squash=sha),
        bodies=lambda: [body for body in lab.bodies(7) if body.startswith("<!-- smsops comment")],
    )


@pytest.fixture(params=["github", "gitlab"])
def review(request: pytest.FixtureRequest, begun: Team, tmp_path: Path) -> Iterator[Review]:
    with copied(begun, tmp_path / "team") as team:
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

    assert_recorded(team, approved, merged)
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", approved, "-o", "text")
    assert ran.code == 0, ran.err
    assert "already done" in ran.out
    assert review.ci("cd", "main", "plan", "--detailed-exitcode", "-o", "text").code == 0
    assert len(team.writes()) == writes + 1


def assert_recorded(team: Team, approved: str, merged: str) -> None:
    record = records(team.folder / "cd")[-1]["data"]
    assert (record["ending"], record["plan_id"]) == ("applied", approved)
    assert record["source"]["commit"] == merged
    jsonschema.validate(records(team.folder / "cd")[-1], RECORD)
    told = record["approval"]
    assert (told["approver"], told["requester"], told["merged_by"], told["number"]) == ("ann", "rae", "ann", 7)
    assert told["plan_id"] == approved
    assert told["approved_at"] < told["merged_at"]
    assert told["separation"] == "kept"


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
    ("reviews", "words", "separation"),
    [
        ([], "Nobody approves", "unknown"),
        ([("ann", "Looks good")], "ann approved without the id of the plan.", "unknown"),
        ([("ann", "> {id}\nNot this one")], "ann approved without the id of the plan.", "unknown"),
        ([("rae", "{id}")], "rae approved and asked for the change: somebody else has to approve.", "broken"),
        ([("ann", "sha256:" + "0" * 64)], "names another plan, sha256:000000000000", "unknown"),
    ],
    ids=["nobody", "without the id", "a quotation", "the requester", "another plan"],
)
def test_without_an_approval_of_this_plan_nothing_is_written(
    review: Review, reviews: list[tuple[str, str]], words: str, separation: str
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
    told = record["approval"]
    assert (told["requester"], told["separation"], "approver" in told) == ("rae", separation, False)
    jsonschema.validate(records(review.team.folder / "cd")[-1], RECORD)


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
    record = records(review.team.folder / "cd")[-1]["data"]
    assert (record["ending"], record["findings"][0]["code"]) == ("refused", "SMS518")


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


def both_change(review: Review) -> str:
    """An approved change of two channels, merged and planned; its id."""
    head = review.commit("both move", support=EDITED, codes=CODES.replace("com/status", "com/v2"))
    review.open(head)
    review.ci("pr", "change-7", "plan", "--out", "plan.json", "-o", "text")
    review.ci("pr", "change-7", "comment", "plan.json")
    found = review.plan_id()
    review.approve("ann", head, found)
    review.squash()
    return found


def planned_again(review: Review, clone: str) -> str:
    """As a pipeline does that starts anew: from a fresh clone, on the same commit. The new plan's id."""
    assert review.ci(clone, "main", "plan", "--out", "plan.json", "-o", "text").code == 0
    return str(json.loads((review.team.folder / clone / "plan.json").read_text())["plan_id"])


def test_what_a_failed_apply_left_is_finished_under_the_same_approval(review: Review) -> None:
    found = both_change(review)
    team = review.team
    assert planned_again(review, "cd") == found
    team.sandbox.faults.add(Fault(method="POST", path=team.services()["support"], status=400, code=20001))
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    assert ran.code == 8, ran.err
    rest = planned_again(review, "retry")
    assert rest != found
    ran = review.ci("retry", "main", "apply", "plan.json", "--approved", rest, "-o", "text")
    assert ran.code == 0, ran.err
    assert f"This plan is what is left of the approved one, {found}." in ran.err
    record = records(team.folder / "retry")[-1]["data"]
    assert (record["plan_id"], record["approval"]["plan_id"]) == (rest, found)
    assert team.plan(team.folder / "retry")["changes"] == []


def test_what_a_failed_apply_left_and_something_more_is_not_approved(review: Review) -> None:
    found = both_change(review)
    team = review.team
    planned_again(review, "cd")
    team.sandbox.faults.add(Fault(method="POST", path=team.services()["support"], status=400, code=20001))
    review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
    sid = team.services()["codes"]
    team.sandbox.console.update_service(sid, fallback_url="https://console.example.com/")
    rest = planned_again(review, "retry")
    ran = review.ci("retry", "main", "apply", "plan.json", "--approved", rest, "-o", "text")
    assert (ran.code, "SMS517" in ran.err) == (5, True)


def test_a_plan_that_would_leave_something_else_in_the_ledger_is_not_the_approved_one(review: Review) -> None:
    """The id is over the changes; what the next plan starts from is checked beside it."""
    found = merged(review, ("ann", "{id}"))
    path = review.team.folder / "cd" / "plan.json"
    for forge in (
        lambda aim: aim["fields"].update(webhook_url="https://evil.example.com/"),
        lambda aim: aim.update(guarded=["+12065550101"]),
        lambda aim: aim.update(numbers=[]),
        lambda aim: aim.update(channel="another"),
    ):
        document = json.loads(path.read_text())
        before = path.read_bytes()
        del document["digest"]
        forge(document["saved"]["accounts"][0]["aims"][1])
        path.write_text(json.dumps({**document, "digest": digest(document)}, indent=2) + "\n")
        ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
        assert (ran.code, "aims at something else" in ran.err) == (5, True), ran.err
        path.write_bytes(before)
    assert review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text").code == 0


def test_another_plan_of_the_same_push_is_approved_by_another_word(review: Review) -> None:
    """The account moved after the first approval, so the reviewer reads the new plan and approves that one."""
    first = merged(review, ("ann", "{id}"))
    team = review.team
    team.sandbox.console.update_service(team.services()["codes"], status_callback="https://console.example.com/")
    second = planned_again(review, "cd")
    assert second != first
    head = git(review.developer, "rev-parse", "change-7")
    review.approve("ann", head, f"Then this one: {second}")
    ran = review.ci("cd", "main", "apply", "plan.json", "--approved", second, "-o", "text")
    assert ran.code == 0, ran.err


def test_an_author_whom_the_forge_does_not_know_is_told(begun: Team, tmp_path: Path) -> None:
    with copied(begun, tmp_path / "team") as team, GitHubDouble() as hub:
        review = on_github(team, hub)
        head = review.commit("the webhook moves", support=EDITED)
        hub.open_pull(7, "0" * 40, "rae")
        hub.push(7, head, None)
        review.ci("pr", "change-7", "plan", "--out", "plan.json", "-o", "text")
        review.ci("pr", "change-7", "comment", "plan.json")
        found = review.plan_id()
        hub.approve(7, "ann", head, found)
        review.squash()
        planned_again(review, "cd")
        ran = review.ci("cd", "main", "apply", "plan.json", "--approved", found, "-o", "text")
        assert ran.code == 0, ran.err
        assert "warning: Not everybody behind the change is known to the forge" in ran.err
        assert records(team.folder / "cd")[-1]["data"]["approval"]["separation"] == "unknown"
