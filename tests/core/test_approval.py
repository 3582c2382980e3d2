"""Approvals: whose counts, of which commit and which plan, and whether that was somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.approval import Approval, ChangeRequest, Review, ReviewState, Separation, Weighed, weigh
from smsops.frozen import replace

DIGITS = "0123456789abcdef" * 4
ID = f"sha256:{DIGITS}"
OTHER = "sha256:" + "f" * 64
HEAD, OLD = "d" * 40, "c" * 40
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

REQUEST = ChangeRequest(
    forge="GitHub",
    label="pull request #7",
    number=7,
    url="https://github.example.com/acme/sms/pull/7",
    requester="rae",
    head=HEAD,
    merged_at=NOON + timedelta(hours=1),
    merged_by="mel",
    authors=("bob", "rae"),
)
PUSHED = replace(REQUEST, forge="GitLab", label="merge request !7", pushed_at=NOON)


def review(reviewer: str = "ann", state: str = "approved", *, minutes: float = 0, **fields: Any) -> Review:
    at = NOON + timedelta(minutes=minutes)
    return Review(**{"reviewer": reviewer, "at": at, "state": ReviewState(state), "body": ID, "commit": HEAD, **fields})


def approver(*reviews: Review, request: ChangeRequest = REQUEST) -> str | None:
    """Who approved; whoever weighs the reviews in another order comes to the same."""
    weighed = {weigh(ID, request, ordered) for ordered in permutations(reviews)}
    assert len(weighed) == 1
    (found,) = weighed
    assert (found.approval is None) == (found.missing != "")
    return found.approval.approver if found.approval else None


def missing(*reviews: Review, request: ChangeRequest = REQUEST) -> str:
    weighed = weigh(ID, request, reviews)
    assert weighed.approval is None
    return weighed.missing


def test_an_approval_of_the_head_with_the_id_counts_and_is_kept_with_all_that_is_known() -> None:
    weighed = weigh(ID, REQUEST, [review(minutes=5)])
    approval = Approval(
        plan_id=ID,
        forge="GitHub",
        number=7,
        url=REQUEST.url,
        requester="rae",
        authors=("bob", "rae"),
        approver="ann",
        approved_at=NOON + timedelta(minutes=5),
        merged_at=REQUEST.merged_at,
        merged_by="mel",
        separation=Separation.KEPT,
    )
    assert weighed == Weighed(approval=approval, separation=Separation.KEPT)
    assert approval.to_json() == {
        "plan_id": ID,
        "forge": "GitHub",
        "number": 7,
        "url": REQUEST.url,
        "requester": "rae",
        "authors": ["bob", "rae"],
        "approver": "ann",
        "approved_at": "2026-11-23T12:05:00Z",
        "merged_at": "2026-11-23T13:00:00Z",
        "merged_by": "mel",
        "separation": "kept",
    }


def test_times_are_kept_in_utc() -> None:
    there = (NOON + timedelta(microseconds=5)).astimezone(timezone(timedelta(hours=2)))
    found = weigh(ID, REQUEST, [review(at=there)]).approval
    assert found is not None
    assert found.to_json()["approved_at"] == "2026-11-23T12:00:00Z"


def test_without_any_approval_that_is_said() -> None:
    assert missing() == "Nobody approves pull request #7."
    assert missing(review(state="commented")) == "Nobody approves pull request #7."
    assert weigh(ID, REQUEST, []).separation is Separation.UNKNOWN


def test_the_earliest_of_several_approvals_is_kept() -> None:
    assert approver(review("dan", minutes=3), review("ann", minutes=4), review("cy", minutes=5)) == "dan"
    assert approver(review("dan"), review("cy")) == "cy"


@pytest.mark.parametrize("state", ["changes-requested", "dismissed"])
def test_only_the_latest_verdict_of_a_reviewer_counts(state: str) -> None:
    assert approver(review(minutes=1), review(state=state, minutes=2)) is None
    assert approver(review(minutes=2), review(state=state, minutes=1)) == "ann"
    assert approver(review("ANN", minutes=1), review(state=state, minutes=2)) is None
    assert approver(review(minutes=1), review("dan", state, minutes=2)) == "ann"


@pytest.mark.parametrize("state", ["changes-requested", "dismissed"])
def test_of_two_verdicts_at_the_same_instant_the_approval_loses(state: str) -> None:
    assert approver(review(), review(state=state)) is None


def test_a_mere_comment_takes_no_approval_away_and_gives_none() -> None:
    assert approver(review(minutes=1), review(state="commented", minutes=2, body="")) == "ann"
    assert approver(review(minutes=1, body=""), review(state="commented", minutes=2)) is None


def test_a_later_approval_without_the_id_replaces_one_with_it() -> None:
    assert approver(review(minutes=1), review(minutes=2, body="fine")) is None


def test_a_dismissed_review_is_told() -> None:
    assert missing(review(state="dismissed")) == ("Nobody approves pull request #7. The review of ann was dismissed.")


def test_changes_that_others_ask_for_are_told_and_do_not_refuse() -> None:
    weighed = weigh(ID, REQUEST, [review(), review("dan", "changes-requested"), review("cy", "dismissed")])
    assert weighed.approval is not None
    assert weighed.remarks == ("dan asked for changes and has not taken that back.",)
    assert weigh(ID, REQUEST, [review("dan", "changes-requested")]).remarks == weighed.remarks
    assert weigh(ID, REQUEST, [review("dan", "changes-requested"), review("dan", minutes=1)]).remarks == ()


def test_an_approval_of_an_earlier_push_does_not_count() -> None:
    assert missing(review(commit=OLD)) == (
        f"No approval of pull request #7 is one of plan {ID}. ann approved commit ccccccc, and the head of pull "
        "request #7 is ddddddd: the approval is of an earlier push."
    )
    assert approver(review(commit=HEAD.upper())) == "ann"
    assert approver(review(commit=HEAD[:7])) is None


def test_an_approval_of_an_unknown_commit_does_not_count() -> None:
    assert missing(review(commit="")).endswith("ann approved, and GitHub does not tell which commit.")


def test_where_only_times_are_known_the_approval_is_not_before_the_push() -> None:
    assert approver(review(commit=""), request=PUSHED) == "ann"
    assert approver(review(commit="", minutes=-0.01), request=PUSHED) is None
    assert missing(review(commit="", minutes=-1), request=PUSHED).endswith(
        "ann approved at 2026-11-23T11:59:00Z, and ddddddd was pushed at 2026-11-23T12:00:00Z: the approval is of an "
        "earlier push."
    )
    assert approver(review(commit=OLD, minutes=1), request=PUSHED) is None


@pytest.mark.parametrize(
    "body",
    [
        ID,
        DIGITS,
        ID.upper(),
        f"Read, and fine: {ID}.",
        f"`{ID[:19]}…`",
        DIGITS[:12],
        f"({DIGITS[:12].upper()})",
        f"plan\n{DIGITS[:20]}\n",
        f"{ID} and commit {'e' * 40}",
        f"{'e' * 40} is the commit of {DIGITS}",
        f"{ID}, {ID[:30]}",
        f"sha256:abcdef is too short to mean any plan; {ID}",
    ],
)
def test_the_id_or_its_beginning_binds_the_approval(body: str) -> None:
    assert approver(review(body=body)) == "ann"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "LGTM",
        DIGITS[:11],
        ID[:18],
        f"x{DIGITS}",
        f"{DIGITS}x",
        f"{DIGITS[:12]}g",
        f"_{DIGITS}",
        f"{DIGITS[:12]}_",
        f"é{DIGITS}",
        f"{DIGITS}0",
        DIGITS[1:20],
        "sha256:",
        "e" * 40,
        " ".join(DIGITS[:12]),
    ],
)
def test_anything_else_does_not(body: str) -> None:
    assert missing(review(body=body)) == (
        f"No approval of pull request #7 is one of plan {ID}. ann approved without the id of the plan."
    )


@pytest.mark.parametrize("other", [OTHER, OTHER[:19], OTHER.upper(), f"{ID}0", f"sha256:{DIGITS[1:13]}"])
@pytest.mark.parametrize("body", ["{0} {1}", "{1}\n{0}", "{1}"])
def test_an_approval_that_names_another_plan_counts_for_none(other: str, body: str) -> None:
    told = missing(review(body=body.format(ID, other)))
    named = other.lower()[:19]
    assert told.endswith(f"ann approved and names another plan, {named}: it is not clear which one is meant.")


@pytest.mark.parametrize("fields", [{"bot": True}, {"reviewer": "robot[bot]"}, {"reviewer": "Robot[BOT]"}], ids=str)
def test_a_program_approves_nothing(fields: dict[str, Any]) -> None:
    told = review(**fields)
    assert missing(told).endswith(f"{told.reviewer} approved and is a program, which cannot approve.")


def test_who_may_not_write_to_the_repository_approves_nothing() -> None:
    assert missing(review(entitled=False)).endswith("ann approved and has no right to write to the repository.")


@pytest.mark.parametrize(
    ("who", "did"),
    [
        ("rae", "asked for the change"),
        ("RAE", "asked for the change"),
        ("bob", "wrote part of it"),
        ("BoB", "wrote part of it"),
    ],
)
def test_requester_and_authors_break_the_separation_of_duties(who: str, did: str) -> None:
    weighed = weigh(ID, REQUEST, [review(who)])
    assert weighed.approval is None
    assert weighed.separation is Separation.BROKEN
    assert weighed.missing.endswith(f" {who} approved and {did}: somebody else has to approve.")


def test_what_the_forge_writes_in_capitals_is_the_same() -> None:
    louder = replace(REQUEST, requester="RAE", authors=("BOB",), head=HEAD.upper())
    assert missing(review("rae"), request=louder).endswith(
        " rae approved and asked for the change: somebody else has to approve."
    )
    assert weigh(ID, louder, [review("bob")]).separation is Separation.BROKEN
    assert approver(review(), request=louder) == "ann"


def test_another_approval_heals_the_separation() -> None:
    weighed = weigh(ID, REQUEST, [review("rae", minutes=1), review("ann", minutes=2)])
    assert weighed.approval is not None
    assert (weighed.approval.approver, weighed.separation) == ("ann", Separation.KEPT)


def test_the_separation_is_broken_only_where_nothing_else_is_wrong() -> None:
    assert weigh(ID, REQUEST, [review("rae", body="")]).separation is Separation.UNKNOWN
    assert weigh(ID, REQUEST, [review("rae"), review("ann", body="")]).separation is Separation.BROKEN


def test_who_merged_may_have_approved() -> None:
    assert approver(review("mel")) == "mel"


def test_authors_without_a_login_leave_the_separation_unknown() -> None:
    request = replace(REQUEST, unnamed=("Dan Doe", "dan@example.com"))
    weighed = weigh(ID, request, [review()])
    assert weighed.approval is not None
    assert weighed.separation is weighed.approval.separation is Separation.UNKNOWN
    assert weighed.approval.authors == ("bob", "rae", "Dan Doe", "dan@example.com")


def test_a_requester_who_is_gone_leaves_the_separation_unknown() -> None:
    assert weigh(ID, replace(REQUEST, requester=""), [review()]).separation is Separation.UNKNOWN


@pytest.mark.parametrize(
    ("who", "aliases"), [("dd", {"dan doe"}), ("dd", {"x", "DAN@example.com"}), ("Dan Doe", set()), ("dan doe", {"x"})]
)
def test_an_author_is_known_by_any_of_the_approver_s_names(who: str, aliases: set[str]) -> None:
    request = replace(REQUEST, unnamed=("Dan Doe", "dan@example.com"))
    weighed = weigh(ID, request, [review(who, aliases=frozenset(aliases))])
    assert weighed.approval is None
    assert weighed.separation is Separation.BROKEN


def test_an_alias_that_is_somebody_s_login_is_no_proof() -> None:
    assert approver(review("ann", aliases=frozenset({"Bob"}))) == "ann"


def test_every_reason_is_told_by_name_in_order() -> None:
    told = missing(review("zoe", body=""), review("dan", commit=OLD), review("rae"), review("cy", "dismissed"))
    positions = [told.index(f" {name} ") for name in ("dan", "rae", "zoe")]
    assert positions == sorted(positions)
    assert told.endswith("The review of cy was dismissed.")


PEOPLE = ("ann", "Ann", "dan", "rae", "Rae", "bob", "robot[bot]", "program", "stranger")
reviews = st.lists(
    st.builds(
        review,
        st.sampled_from(PEOPLE),
        st.sampled_from([str(state) for state in ReviewState]),
        minutes=st.integers(-2, 2),
        body=st.sampled_from([ID, DIGITS[:12], "", OTHER, f"{ID} {OTHER}"]),
        commit=st.sampled_from([HEAD, OLD, ""]),
    ).map(lambda one: replace(one, bot=one.reviewer == "program", entitled=one.reviewer != "stranger")),
    max_size=6,
)
requests = st.sampled_from([REQUEST, PUSHED, replace(REQUEST, unnamed=("Dan",))])


@pytest.mark.no_cover
@given(reviews, requests, st.randoms(use_true_random=False))
def test_neither_the_order_of_reviews_nor_the_case_of_letters_changes_the_verdict(
    given_reviews: list[Review], request: ChangeRequest, random: Any
) -> None:
    first = weigh(ID, request, given_reviews)
    shuffled = random.sample(given_reviews, len(given_reviews))
    assert weigh(ID, request, shuffled) == first
    louder = [
        replace(one, reviewer=one.reviewer.upper(), body=one.body.upper(), commit=one.commit.upper())
        for one in given_reviews
    ]
    shouted = weigh(ID.upper().replace("SHA256", "sha256"), replace(request, requester="RAE"), louder)
    assert shouted.separation is first.separation
    assert (shouted.approval is None) == (first.approval is None)
    if first.approval and shouted.approval:
        assert shouted.approval.approver == first.approval.approver.upper()


@pytest.mark.no_cover
@given(reviews, requests)
def test_an_approval_never_comes_from_somebody_whose_word_does_not_count(
    given_reviews: list[Review], request: ChangeRequest
) -> None:
    weighed = weigh(ID, request, given_reviews)
    if weighed.approval is None:
        assert weighed.missing
        return
    name = weighed.approval.approver.casefold()
    assert name not in ("rae", "bob", "robot[bot]", "program", "stranger")
    verdicts = [
        one for one in given_reviews if one.reviewer.casefold() == name and one.state is not ReviewState.COMMENTED
    ]
    last = max(one.at for one in verdicts)
    latest = [one for one in verdicts if one.at == last]
    assert {one.state for one in latest} == {ReviewState.APPROVED}
    assert any(
        (one.commit == HEAD or (one.commit == "" and request.pushed_at is not None and one.at >= request.pushed_at))
        and one.body in (ID, DIGITS[:12])
        for one in latest
    )
    assert weighed.separation is (Separation.UNKNOWN if request.unnamed else Separation.KEPT)
