"""GitHub: what the environment must name, who asked for a change, and who said what of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from smsops.approval import ChangeRequest, ReviewState
from smsops.errors import UsageError
from smsops.forges.base import ForgeError, NotAllowed
from smsops.forges.github import GitHub
from tests.forges.double import FaultKind
from tests.forges.github_double import TOKEN, GitHubDouble
from tests.forges.scenes import HEAD, MARK, MERGED

OLD = "c" * 40


def forge(hub: GitHubDouble, number: int | None = None, **environ: str) -> GitHub:
    return GitHub({**hub.environment(number), **environ}, sleep=lambda seconds: None)


def found(hub: GitHubDouble, commit: str = MERGED) -> ChangeRequest:
    request = forge(hub).change_request(commit)
    assert request is not None
    return request


@pytest.fixture
def merged(hub: GitHubDouble) -> GitHubDouble:
    hub.open_pull(7, HEAD, "rae")
    hub.merge(7, MERGED, "ann")
    return hub


def number_of(tmp_path: Path, event: Any, ref: str = "") -> int:
    """The pull request that a comment goes to."""
    path = tmp_path / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps(event))
    with GitHubDouble() as hub:
        for number in range(1, 10):
            hub.open_pull(number, HEAD, "rae")
        forge(hub, GITHUB_EVENT_PATH=str(path), GITHUB_REF=ref).comment(MARK, lambda previous: MARK)
        return int(hub.comments[0]["issue_url"].rpartition("/")[2])


@pytest.mark.parametrize(
    "event",
    [
        {"pull_request": {"number": 3}, "issue": {"number": 4}, "number": 5},
        {"issue": {"number": 3}, "number": 5},
        {"number": 3},
    ],
    ids=["pull request", "issue", "number"],
)
def test_the_event_names_the_pull_request(tmp_path: Path, event: Any) -> None:
    assert number_of(tmp_path, event, "refs/pull/9/merge") == 3


@pytest.mark.parametrize(
    "event", [{}, {"pull_request": {}}, {"number": "3"}, {"number": True}, {"number": 0}, {"issue": 3}, []], ids=str
)
def test_the_ref_names_it_where_the_event_does_not(tmp_path: Path, event: Any) -> None:
    assert number_of(tmp_path, event, "refs/pull/9/merge") == 9
    assert number_of(tmp_path, event, "refs/pull/8/head") == 8


@pytest.mark.parametrize(
    "ref", ["", "refs/heads/main", "refs/pull/0/merge", "refs/pull/x/merge", "refs/pull/7/merge/x"]
)
def test_without_a_number_both_variables_are_named(hub: GitHubDouble, ref: str) -> None:
    with pytest.raises(UsageError, match="Neither GITHUB_EVENT_PATH nor GITHUB_REF names a pull request"):
        forge(hub, GITHUB_REF=ref).comment(MARK, lambda previous: MARK)
    assert hub.asked == []


@pytest.mark.parametrize("content", ["", "{", "[" * 200_000, "\udc80"], ids=lambda text: repr(text[:3]))
def test_an_event_that_cannot_be_read_is_told_by_its_variable(tmp_path: Path, hub: GitHubDouble, content: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    for named in (path, tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="The file that GITHUB_EVENT_PATH names cannot be read"):
            forge(hub, 7, GITHUB_EVENT_PATH=str(named)).comment(MARK, lambda previous: MARK)


@pytest.mark.parametrize(
    "repository", ["", "acme", "acme/sms/x", "acme/../x", "../sms", "acme/sms?x", "acmé/sms", "/sms"]
)
def test_a_repository_that_is_none_is_told_by_its_variable(hub: GitHubDouble, repository: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_REPOSITORY does not name a repository"):
        forge(hub, GITHUB_REPOSITORY=repository)


def test_a_missing_token_is_told_by_its_variable(hub: GitHubDouble) -> None:
    with pytest.raises(UsageError, match="GITHUB_TOKEN is not set"):
        forge(hub, GITHUB_TOKEN="")


def test_the_token_of_the_gh_command_is_taken_where_there_is_no_other(merged: GitHubDouble) -> None:
    assert forge(merged, GITHUB_TOKEN="", GH_TOKEN=TOKEN).change_request(MERGED)
    assert forge(merged, GH_TOKEN="another").change_request(MERGED)
    with pytest.raises(ForgeError) as raised:
        forge(merged, GITHUB_TOKEN="", GH_TOKEN="another").change_request(MERGED)
    assert "GH_TOKEN" in raised.value.hint


def test_github_itself_is_asked_where_no_other_server_is_named(
    hub: GitHubDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", hub.origin)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(ForgeError, match="Tunnel connection failed"):
        forge(hub, GITHUB_API_URL="").change_request(MERGED)
    assert {asked.path for asked in hub.asked} == {"api.github.com:443"}


def test_a_squash_merge_is_found_with_all_that_is_known_of_it(hub: GitHubDouble) -> None:
    hub.open_pull(7, OLD, "rae")
    hub.push(7, HEAD, "bob", committer="cy")
    hub.merge(7, MERGED, "ann", at="2026-11-23T13:00:00Z")
    assert found(hub) == ChangeRequest(
        forge="GitHub",
        label="pull request #7",
        number=7,
        url="https://github.example.com/acme/sms/pull/7",
        requester="rae",
        head=HEAD,
        merged_at=datetime(2026, 11, 23, 13, tzinfo=UTC),
        merged_by="ann",
        authors=("bob", "cy", "rae"),
    )


def test_any_commit_of_a_pull_request_leads_to_it(hub: GitHubDouble) -> None:
    hub.open_pull(7, OLD, "rae")
    hub.push(7, HEAD, "rae")
    hub.merge(7, MERGED, "ann")
    for commit in (OLD, HEAD, MERGED):
        assert found(hub, commit).number == 7


def test_what_is_not_merged_brought_nothing(hub: GitHubDouble) -> None:
    hub.open_pull(7, HEAD, "rae")
    assert forge(hub).change_request(HEAD) is None
    assert forge(hub).change_request("f" * 40) is None


def test_what_was_merged_into_another_branch_did_not_bring_it_here(merged: GitHubDouble) -> None:
    merged.open_pull(8, HEAD, "bob", base="release")
    merged.merge(8, HEAD, "ann")
    assert found(merged, HEAD).number == 7
    release = forge(merged, GITHUB_REF="refs/heads/release").change_request(HEAD)
    assert release is not None
    assert release.number == 8
    assert forge(merged, GITHUB_REF="refs/heads/other").change_request(HEAD) is None
    assert forge(merged, GITHUB_REF="refs/tags/main").change_request(MERGED) is not None


@pytest.mark.parametrize("repository", [{"full_name": "acme/fork"}, None])
def test_what_was_merged_into_another_repository_did_not_bring_it_here(merged: GitHubDouble, repository: Any) -> None:
    merged.pulls[7]["base"]["repo"] = repository
    assert forge(merged).change_request(MERGED) is None


def test_a_repository_is_the_same_in_other_letters(merged: GitHubDouble) -> None:
    assert forge(merged, GITHUB_REPOSITORY="Acme/SMS").change_request(MERGED)
    merged.pulls[7]["base"]["repo"]["full_name"] = "ACME/Sms"
    assert forge(merged).change_request(MERGED)


def test_the_pull_request_that_made_the_commit_comes_before_those_that_hold_it(hub: GitHubDouble) -> None:
    for number, at in ((5, "2026-11-20T00:00:00Z"), (6, "2026-11-19T00:00:00Z"), (7, "2026-11-23T00:00:00Z")):
        hub.open_pull(number, HEAD, "rae")
        hub.merge(number, f"{number}" * 40, "ann", at=at)
    assert found(hub, HEAD).number == 6
    hub.pulls[7]["merge_commit_sha"] = HEAD
    assert found(hub, HEAD).number == 7


def test_a_pull_request_that_github_only_thinks_of_is_not_taken(
    merged: GitHubDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "_holds", lambda number, commit: True)
    assert forge(merged).change_request("f" * 40) is None


def test_github_s_own_commits_have_no_author_and_unknown_ones_are_named_by_git(hub: GitHubDouble) -> None:
    hub.open_pull(7, OLD, "rae")
    hub.push(7, HEAD, "rae", committer="web-flow")
    hub.merge(7, MERGED, "ann")
    assert found(hub).authors == ("rae",)
    assert found(hub).unnamed == ()
    hub.push(7, HEAD, None)
    assert found(hub).authors == ("rae",)
    assert found(hub).unnamed == ("Somebody Else", "somebody.else@example.com")
    hub.commits[7][-1]["author"] = {}
    hub.commits[7][-1]["commit"] |= {"author": {"name": "A", "email": ""}, "committer": None}
    assert found(hub).unnamed == ("A",)


def test_commits_beyond_those_that_github_lists_have_unknown_authors(hub: GitHubDouble) -> None:
    hub.open_pull(7, OLD, "rae")
    for _ in range(249):
        hub.push(7, HEAD, "rae")
    hub.merge(7, MERGED, "ann")
    assert found(hub).unnamed == ()
    hub.push(7, HEAD, "rae")
    assert found(hub).unnamed == ("the authors of commits that GitHub does not list: 1",)


def test_accounts_that_are_gone_have_no_name(merged: GitHubDouble) -> None:
    merged.pulls[7] |= {"user": None, "merged_by": None}
    assert (found(merged).requester, found(merged).merged_by) == ("", "")


def test_reviews_are_read_as_they_were_given(merged: GitHubDouble) -> None:
    merged.approve(7, "ann", HEAD, "sha256:x", "2026-11-23T12:00:00Z")
    merged.approve(7, "bob", OLD, None, state="CHANGES_REQUESTED")
    merged.approve(7, "cy", None, "hm", state="DISMISSED")
    merged.approve(7, "dan", HEAD, "hm", state="COMMENTED")
    merged.approve(7, "eve", HEAD, "hm", state="PENDING")
    merged.approve(7, "fay", HEAD, "hm")["user"] = None
    reviews = forge(merged).approvals(found(merged))
    assert [(review.reviewer, review.state, review.commit, review.body) for review in reviews] == [
        ("ann", ReviewState.APPROVED, HEAD, "sha256:x"),
        ("bob", ReviewState.CHANGES_REQUESTED, OLD, ""),
        ("cy", ReviewState.DISMISSED, "", "hm"),
        ("dan", ReviewState.COMMENTED, HEAD, "hm"),
    ]
    assert reviews[0].at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert not any(review.bot for review in reviews)


def test_more_reviews_than_a_page_are_all_read(merged: GitHubDouble) -> None:
    for _ in range(150):
        merged.approve(7, "ann", HEAD, "")
    assert len(forge(merged).approvals(found(merged))) == 150


@pytest.mark.parametrize(
    ("permission", "entitled"), [("admin", True), ("write", True), ("read", False), ("none", False)]
)
def test_who_may_not_write_is_not_entitled(merged: GitHubDouble, permission: str, entitled: bool) -> None:
    merged.permissions["eve"] = permission
    merged.approve(7, "Eve", HEAD, "sha256:x")
    (review,) = forge(merged).approvals(found(merged))
    assert review.entitled is entitled


def test_the_right_to_write_is_asked_once_of_those_who_approve(merged: GitHubDouble) -> None:
    merged.approve(7, "ann", HEAD, "")
    merged.approve(7, "ann", HEAD, "")
    merged.approve(7, "bob", HEAD, "", state="COMMENTED")
    merged.approve(7, "robot[bot]", HEAD, "")
    reviews = forge(merged).approvals(found(merged))
    assert [review.bot for review in reviews] == [False, False, False, True]
    asked = [asked.path for asked in merged.asked if "collaborators" in asked.path]
    assert asked == ["/repos/acme/sms/collaborators/ann/permission"]


def test_a_right_to_write_that_cannot_be_asked_for_is_an_error(merged: GitHubDouble) -> None:
    merged.approve(7, "ann", HEAD, "")
    request = found(merged)
    merged.fault(FaultKind.STATUS, path="collaborators", status=403)
    with pytest.raises(NotAllowed, match="collaborators/ann/permission with 403"):
        forge(merged).approvals(request)


@pytest.mark.parametrize("at", ["2026-11-23T12:00:00", "yesterday", None, 7], ids=str)
def test_a_time_that_cannot_be_read_is_an_error(merged: GitHubDouble, at: Any) -> None:
    merged.approve(7, "ann", HEAD, "", at)
    request = found(merged)
    with pytest.raises(ForgeError, match="does not understand"):
        forge(merged).approvals(request)


@pytest.mark.parametrize("path", ["/pulls$", "/pulls/7$", "/pulls/7/commits$", "/pulls/7/reviews$", "/permission$"])
@pytest.mark.parametrize("raw", [b"[[]]", b"[{}]", b'"x"', b"{}"])
def test_an_answer_of_another_shape_is_an_error(merged: GitHubDouble, path: str, raw: bytes) -> None:
    merged.approve(7, "ann", HEAD, "")
    merged.fault(FaultKind.RAW, path=path, raw=raw)
    with pytest.raises(ForgeError, match="does not understand"):
        forge(merged).approvals(found(merged, HEAD))


def test_a_commit_that_is_no_word_of_a_path_leads_nowhere_else(hub: GitHubDouble) -> None:
    forge(hub).change_request("../../x?y")
    assert hub.asked[0].path == "/repos/acme/sms/commits/..%2F..%2Fx%3Fy/pulls"
