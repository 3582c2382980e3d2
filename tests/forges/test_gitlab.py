"""GitLab: what the environment must name, who asked for a change, and who approved it in which words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from smsops.approval import ChangeRequest, Review, ReviewState, Separation, weigh
from smsops.errors import UsageError
from smsops.forges.base import ForgeError, NotAllowed
from smsops.forges.gitlab import GitLab
from tests.forges.double import FaultKind
from tests.forges.gitlab_double import TOKEN, GitLabDouble
from tests.forges.scenes import HEAD, MARK, MERGED

OLD = "c" * 40
ID = "sha256:" + "0123456789abcdef" * 4
EARLY, PUSHED, LATE = ("2026-11-23T09:00:00.000Z", "2026-11-23T10:00:00.000Z", "2026-11-23T11:00:00.000Z")


def forge(lab: GitLabDouble, iid: int | None = None, **environ: str) -> GitLab:
    return GitLab({**lab.environment(iid), **environ}, sleep=lambda seconds: None)


def found(lab: GitLabDouble, commit: str = MERGED) -> ChangeRequest:
    request = forge(lab).change_request(commit)
    assert request is not None
    return request


def reviews(lab: GitLabDouble) -> tuple[Review, ...]:
    return forge(lab).approvals(found(lab))


@pytest.fixture
def merged(lab: GitLabDouble) -> GitLabDouble:
    lab.open_merge_request(7, HEAD, "rae")
    lab.merge(7, MERGED, "ann")
    return lab


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("CI_API_V4_URL", "", "CI_API_V4_URL is not set"),
        ("CI_API_V4_URL", "http://gitlab.example", "CI_API_V4_URL is plain http"),
        ("CI_PROJECT_ID", "", "CI_PROJECT_ID does not hold the id of a project"),
        ("CI_PROJECT_ID", "acme/sms", "CI_PROJECT_ID does not hold the id of a project"),
        ("GITLAB_TOKEN", "", "GITLAB_TOKEN is not set"),
        ("GITLAB_TOKEN", "two words", "GITLAB_TOKEN does not hold a token"),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_its_variable(
    lab: GitLabDouble, variable: str, value: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        GitLab({**lab.environment(), variable: value})


def test_a_missing_token_comes_with_the_kind_that_is_needed(lab: GitLabDouble) -> None:
    with pytest.raises(UsageError) as raised:
        forge(lab, GITLAB_TOKEN="")
    assert "the token of a CI job cannot write notes" in raised.value.hint


def test_the_pipeline_of_a_fork_has_no_token_and_is_not_allowed_to(lab: GitLabDouble) -> None:
    with pytest.raises(NotAllowed, match="the pipeline of a fork gets no secrets"):
        forge(lab, 7, GITLAB_TOKEN="", CI_MERGE_REQUEST_SOURCE_PROJECT_ID="6")
    with pytest.raises(UsageError):
        forge(lab, 7, GITLAB_TOKEN="", CI_MERGE_REQUEST_SOURCE_PROJECT_ID="5")


def test_the_merge_request_of_a_fork_is_in_the_project_that_it_goes_to(lab: GitLabDouble) -> None:
    lab.open_merge_request(7, HEAD, "rae")
    forge(lab, 7, CI_PROJECT_ID="6").comment(MARK, lambda previous: MARK)
    assert lab.bodies(7) == [MARK]


@pytest.mark.parametrize("iid", ["", "0", "x", "7/notes", "-7"])
def test_without_a_number_its_variable_is_named(lab: GitLabDouble, iid: str) -> None:
    with pytest.raises(UsageError, match="CI_MERGE_REQUEST_IID does not name a merge request"):
        forge(lab, CI_MERGE_REQUEST_IID=iid).comment(MARK, lambda previous: MARK)
    assert lab.asked == []


def test_every_request_carries_the_token(merged: GitLabDouble) -> None:
    found(merged)
    assert {asked.headers["private-token"] for asked in merged.asked} == {TOKEN}
    assert not any("authorization" in asked.headers for asked in merged.asked)


def test_a_wrong_token_is_told_by_its_variable(merged: GitLabDouble) -> None:
    with pytest.raises(ForgeError, match="with 401: 401 Unauthorized") as raised:
        forge(merged, GITLAB_TOKEN="wrong").change_request(MERGED)
    assert "GITLAB_TOKEN" in raised.value.hint


def test_a_merge_is_found_with_all_that_is_known_of_it(lab: GitLabDouble) -> None:
    lab.open_merge_request(7, OLD, "rae", at=EARLY)
    lab.push(7, HEAD, "bob", PUSHED)
    lab.merge(7, MERGED, "ann", "2026-11-23T15:00:00.500+02:00")
    assert found(lab) == ChangeRequest(
        forge="GitLab",
        label="merge request !7",
        number=7,
        url="https://gitlab.example.com/acme/sms/-/merge_requests/7",
        requester="rae",
        head=HEAD,
        merged_at=datetime(2026, 11, 23, 13, 0, 0, 500_000, tzinfo=UTC),
        merged_by="ann",
        authors=("rae",),
        unnamed=("Bob", "bob@example.com"),
        pushed_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
    )


def test_every_way_to_merge_leads_to_the_merge_request(lab: GitLabDouble) -> None:
    lab.open_merge_request(7, OLD, "rae")
    lab.push(7, HEAD, "rae", LATE)
    lab.merge(7, MERGED, "ann", squash="a" * 40)
    for commit in (MERGED, "a" * 40, OLD, HEAD):
        assert found(lab, commit).number == 7
    lab.merge(7, None, "ann")
    assert found(lab, HEAD).number == 7


def test_an_older_gitlab_names_who_merged_in_another_place(merged: GitLabDouble) -> None:
    merged.requests[7]["merged_by"] = merged.requests[7].pop("merge_user")
    assert found(merged).merged_by == "ann"
    merged.requests[7]["merged_by"] = None
    assert found(merged).merged_by == ""


def test_what_is_not_merged_or_went_elsewhere_did_not_bring_it_here(merged: GitLabDouble) -> None:
    assert forge(merged).change_request("f" * 40) is None
    assert forge(merged, CI_COMMIT_BRANCH="release").change_request(MERGED) is None
    assert forge(merged, CI_COMMIT_BRANCH="").change_request(MERGED) is not None
    merged.requests[7]["state"] = "closed"
    assert forge(merged).change_request(MERGED) is None


def test_the_merge_request_that_made_the_commit_comes_first(lab: GitLabDouble) -> None:
    for iid, at in ((4, "2026-11-20T00:00:00Z"), (5, "2026-11-19T00:00:00Z"), (6, "2026-11-23T00:00:00Z")):
        lab.open_merge_request(iid, OLD, "rae")
        lab.push(iid, f"{iid}" * 40, "rae", LATE)
        lab.merge(iid, None, "ann", at)
    assert found(lab, OLD).number == 5
    lab.requests[4]["sha"] = OLD
    assert found(lab, OLD).number == 4
    lab.requests[6]["squash_commit_sha"] = OLD
    assert found(lab, OLD).number == 6


def test_a_merge_request_that_gitlab_only_thinks_of_is_not_taken(
    merged: GitLabDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "_holds", lambda iid, commit: True)
    assert forge(merged).change_request("f" * 40) is None


def test_who_bears_the_requester_s_name_is_the_requester(lab: GitLabDouble) -> None:
    lab.open_merge_request(7, OLD, "rae")
    lab.push(7, HEAD, "rae", LATE, committer="bob")
    lab.merge(7, MERGED, "ann")
    assert (found(lab).authors, found(lab).unnamed) == (("rae",), ("Bob", "bob@example.com"))
    lab.requests[7]["author"] = {"username": "zoe", "name": "Zoe"}
    assert (found(lab).authors, found(lab).unnamed) == ((), ("Bob", "Rae", "bob@example.com", "rae@example.com"))
    lab.requests[7]["author"] = None
    assert (found(lab).requester, found(lab).authors) == ("", ())


def test_without_versions_nobody_knows_when_it_was_pushed(merged: GitLabDouble) -> None:
    merged.versions[7].clear()
    merged.approve(7, "ann", note=ID)
    assert found(merged).pushed_at is None
    assert "does not tell which commit" in weigh(ID, found(merged), reviews(merged)).missing


def test_an_approval_speaks_by_the_notes_of_its_giver(merged: GitLabDouble) -> None:
    merged.note(7, "ann", "too early", EARLY)
    merged.note(7, "ann", "in time", PUSHED)
    merged.note(7, "bob", "not hers", LATE)
    merged.approve(7, "ann", LATE, note="and later")
    assert reviews(merged) == (
        Review(
            reviewer="ann",
            at=datetime(2026, 11, 23, 11, tzinfo=UTC),
            state=ReviewState.APPROVED,
            body="in time\nand later",
            aliases=frozenset({"Ann"}),
        ),
    )


def test_an_approval_with_the_id_in_a_note_counts(merged: GitLabDouble) -> None:
    merged.approve(7, "ann", note=f"The plan {ID} is right.")
    merged.note(7, "ann", "Thanks.", LATE)
    weighed = weigh(ID, found(merged), reviews(merged))
    assert weighed.approval is not None
    assert (weighed.approval.approver, weighed.separation) == ("ann", Separation.KEPT)


@pytest.mark.parametrize(("tells", "keeps"), [(True, True), (True, False), (False, True)])
def test_an_approval_before_the_last_push_does_not_count_whatever_was_written_since(
    merged: GitLabDouble, tells: bool, keeps: bool
) -> None:
    merged.tells_times, merged.keeps_notes = tells, keeps
    merged.approve(7, "ann", EARLY)
    merged.note(7, "ann", f"{ID} removes too much", LATE)
    weighed = weigh(ID, found(merged), reviews(merged))
    assert weighed.approval is None
    assert "ann approved at 2026-11-23T09:00:00Z, and ddddddd was pushed at 2026-11-23T10:00:00Z" in weighed.missing


def test_the_last_of_several_approvals_of_one_giver_is_the_one_that_stands(merged: GitLabDouble) -> None:
    merged.tells_times = False
    merged.note(7, "ann", "approved this merge request", EARLY, system=True)
    merged.note(7, "ann", "unapproved this merge request", EARLY, system=True)
    merged.approve(7, "ann", LATE, note=ID)
    assert reviews(merged)[0].at == datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_another_note_of_gitlab_is_no_approval(merged: GitLabDouble) -> None:
    merged.tells_times = False
    merged.approve(7, "ann", EARLY)
    merged.note(7, "ann", "changed the description", LATE, system=True)
    assert reviews(merged)[0].at == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_words_of_a_person_are_no_note_of_gitlab(merged: GitLabDouble) -> None:
    merged.tells_times = False
    merged.approve(7, "ann", EARLY)
    merged.note(7, "ann", "approved this merge request", LATE)
    assert reviews(merged)[0].at == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_the_last_note_stands_for_a_time_that_nobody_tells(merged: GitLabDouble) -> None:
    merged.tells_times = merged.keeps_notes = False
    merged.approve(7, "ann", note=None)
    assert reviews(merged)[0].at == found(merged).merged_at
    merged.note(7, "ann", ID, PUSHED)
    merged.note(7, "ann", "fine", LATE)
    assert reviews(merged)[0].at == datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_an_approval_that_was_withdrawn_is_none(merged: GitLabDouble) -> None:
    merged.note(7, "ann", ID, LATE)
    assert reviews(merged) == ()


def test_an_approver_who_wrote_a_commit_under_the_same_name_broke_the_separation(lab: GitLabDouble) -> None:
    lab.open_merge_request(7, OLD, "rae")
    lab.push(7, HEAD, "ann", PUSHED)
    lab.merge(7, MERGED, "ann")
    lab.approve(7, "ann", note=ID)
    weighed = weigh(ID, found(lab), reviews(lab))
    assert (weighed.approval, weighed.separation) == (None, Separation.BROKEN)
    lab.approve(7, "bob", note=ID)
    weighed = weigh(ID, found(lab), reviews(lab))
    assert weighed.approval is not None
    assert (weighed.approval.approver, weighed.separation) == ("bob", Separation.UNKNOWN)


@pytest.mark.parametrize(
    ("name", "bot"),
    [("project_5_bot", True), ("group_12_bot_3f4a", True), ("project_manager", False), ("my_project_5_bot", False)],
)
def test_the_user_of_a_token_is_a_program(merged: GitLabDouble, name: str, bot: bool) -> None:
    merged.approve(7, name, note=ID)
    assert reviews(merged)[0].bot is bot


def test_more_notes_than_a_page_are_all_read(merged: GitLabDouble) -> None:
    for _ in range(150):
        merged.note(7, "bob", "hm", LATE)
    merged.approve(7, "ann", note=ID)
    assert reviews(merged)[0].body == ID


@pytest.mark.parametrize("path", ["/merge_requests$", "/7/commits$", "/7/versions$", "/7/approvals$", "/7/notes$"])
@pytest.mark.parametrize("raw", [b"[[]]", b"[{}]", b'"x"', b"{}", b'{"approved_by": [{}]}'])
def test_an_answer_of_another_shape_is_an_error(merged: GitLabDouble, path: str, raw: bytes) -> None:
    merged.approve(7, "ann", note=ID)
    merged.fault(FaultKind.RAW, path=path, raw=raw)
    with pytest.raises(ForgeError, match="does not understand"):
        reviews(merged)


@pytest.mark.parametrize("raw", [b"[]", b"{}"])
def test_a_merge_request_of_another_shape_is_an_error(merged: GitLabDouble, raw: bytes) -> None:
    merged.fault(FaultKind.RAW, path="/merge_requests/7$", raw=raw)
    with pytest.raises(ForgeError, match="does not understand"):
        forge(merged, 7).comment(MARK, lambda previous: MARK)


def test_a_commit_that_is_no_word_of_a_path_leads_nowhere_else(lab: GitLabDouble) -> None:
    forge(lab).change_request("../../x?y")
    assert lab.asked[0].path.endswith("/commits/..%2F..%2Fx%3Fy/merge_requests")


def test_words_that_are_no_text_are_told_as_they_are(merged: GitLabDouble) -> None:
    message: Any = {"note": ["can't be blank"]}
    merged.fault(FaultKind.STATUS, status=400, message=message)
    with pytest.raises(ForgeError, match="can't be blank"):
        forge(merged).change_request(MERGED)


def test_a_note_that_was_edited_does_not_speak_for_its_giver(merged: GitLabDouble) -> None:
    """Maintainers may edit the notes of others."""
    merged.approve(7, "ann", note="an id that somebody put here")
    merged.notes[7][-1]["updated_at"] = "2026-11-23T12:30:00.000Z"
    (review,) = reviews(merged)
    assert "somebody" not in review.body


def test_the_newest_note_that_names_a_plan_decides_and_a_thank_you_hides_none(merged: GitLabDouble) -> None:
    merged.approve(7, "ann", note="sha256:" + "a" * 64)
    merged.note(7, "ann", "sha256:" + "b" * 64, "2026-11-23T12:10:00.000Z")
    merged.note(7, "ann", "Thanks", "2026-11-23T12:20:00.000Z")
    (review,) = reviews(merged)
    assert review.body == "sha256:" + "b" * 64
