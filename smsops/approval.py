"""Whether somebody approved a plan, and whether that was somebody else than those who made the change: pure.

An approval of a plan is a review that approves, is of the change as it was merged, and carries the plan's id in its
text. The id is what binds it: whoever wrote it had the plan before them, and the same id means the same changes on the
same account (contract 4). The commit, or the time of the last push, is the second lock: what was pushed after a review
was not reviewed. Only the latest verdict of each reviewer counts; a mere comment takes none back.

Separation of duties: the approver is neither who asked for the change nor an author of its commits. A forge knows some
authors only by what git says of them, a name and an address; then nobody can tell for certain, and the verdict says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from smsops.frozen import Frozen


class ReviewState(StrEnum):
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    DISMISSED = "dismissed"
    COMMENTED = "commented"


class Separation(StrEnum):
    """Whether the approver is somebody else than requester and authors."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """An author is not known by login, or there is no approval to judge."""


class ChangeRequest(Frozen):
    """A merged pull or merge request, as its forge tells of it."""

    forge: str
    """`GitHub`, `GitLab`."""
    label: str
    """How people name it: `pull request #7`, `merge request !7`."""
    number: int
    url: str
    requester: str
    """Login of who asked for the change; '' where the account is gone."""
    head: str
    """The commit at its tip when it was merged."""
    merged_at: datetime
    merged_by: str
    """Login; '' where the forge does not tell."""
    authors: tuple[str, ...] = ()
    """Logins of the authors and committers of its commits."""
    unnamed: tuple[str, ...] = ()
    """Names and addresses of authors whom the forge does not know by login."""
    pushed_at: datetime | None = None
    """When its head was pushed; None where reviews name their commit instead."""


class Review(Frozen):
    """What one person said of a change request."""

    reviewer: str
    at: datetime
    state: ReviewState
    body: str
    commit: str = ""
    """The commit that was reviewed; '' where the forge does not tell."""
    bot: bool = False
    entitled: bool = True
    """Whether the forge lets the reviewer write to the repository: on a public one everybody may review."""
    aliases: frozenset[str] = frozenset()
    """Other names of the reviewer, as git may have them."""


class Approval(Frozen):
    """An approval that counts, as a record keeps it."""

    plan_id: str
    forge: str
    """Where this was read."""
    number: int
    url: str
    requester: str
    authors: tuple[str, ...]
    approver: str
    approved_at: datetime
    merged_at: datetime
    merged_by: str
    separation: Separation

    def to_json(self) -> dict[str, Any]:
        return {
            "plan_id": self.plan_id,
            "forge": self.forge,
            "number": self.number,
            "url": self.url,
            "requester": self.requester,
            "authors": list(self.authors),
            "approver": self.approver,
            "approved_at": _written(self.approved_at),
            "merged_at": _written(self.merged_at),
            "merged_by": self.merged_by,
            "separation": str(self.separation),
        }


def refusal_to_json(plan_id: str, request: ChangeRequest, weighed: Weighed) -> dict[str, Any]:
    """What the record of a refused apply keeps of the reviews that did not count."""
    return {
        "plan_id": plan_id,
        "forge": request.forge,
        "number": request.number,
        "url": request.url,
        "requester": request.requester,
        "authors": [*request.authors, *request.unnamed],
        "merged_at": _written(request.merged_at),
        "merged_by": request.merged_by,
        "separation": str(weighed.separation),
    }


class Weighed(Frozen):
    """What the reviews of a change request come to."""

    approval: Approval | None = None
    missing: str = ""
    """Why there is no approval, in sentences; '' when there is one."""
    separation: Separation = Separation.UNKNOWN
    """`broken` when all that is wrong with the only approvals is who gave them."""
    remarks: tuple[str, ...] = ()
    """What a person should know all the same, in sentences."""


def weigh(plan_id: str, request: ChangeRequest, reviews: Iterable[Review]) -> Weighed:
    """The approval of the plan `sha256:…` among the reviews, or why none counts; the earliest, where there are many."""
    latest = _latest(reviews)
    approving = [review for review in latest if review.state is ReviewState.APPROVED]
    reasons = {review.reviewer: _reason(plan_id, request, review) for review in approving}
    sound = [review for review in approving if not reasons[review.reviewer]]
    counting = [review for review in sound if not _took_part(review, request)]
    remarks = tuple(
        f"{review.reviewer} asked for changes and has not taken that back."
        for review in latest
        if review.state is ReviewState.CHANGES_REQUESTED
    )
    if counting:
        approval = _approval(plan_id, request, min(counting, key=lambda review: review.at))
        return Weighed(approval=approval, separation=approval.separation, remarks=remarks)
    told = [reasons[review.reviewer] or _broken(review, request) for review in approving]
    told += [
        f"The review of {review.reviewer} was dismissed." for review in latest if review.state is ReviewState.DISMISSED
    ]
    head = (
        f"No approval of {request.label} is one of plan {plan_id}."
        if approving
        else f"Nobody approves {request.label}."
    )
    separation = Separation.BROKEN if sound else Separation.UNKNOWN
    return Weighed(missing=" ".join([head, *told]), separation=separation, remarks=remarks)


def _latest(reviews: Iterable[Review]) -> list[Review]:
    """The latest verdict of each reviewer, by name. Of two at the same instant the one that approves loses."""
    latest: dict[str, Review] = {}
    for review in sorted(reviews, key=_moment):
        if review.state is not ReviewState.COMMENTED:
            latest[review.reviewer.casefold()] = review
    return [review for _, review in sorted(latest.items())]


def _moment(review: Review) -> tuple[datetime, bool, str, str, str]:
    return (review.at, review.state is not ReviewState.APPROVED, review.body, review.commit, review.reviewer)


def _reason(plan_id: str, request: ChangeRequest, review: Review) -> str:
    """Why an approving review is none of this plan, whoever gave it; '' when it is one."""
    who = review.reviewer
    if review.bot or who.casefold().endswith("[bot]"):
        return f"{who} approved and is a program, which cannot approve."
    if not review.entitled:
        return f"{who} approved and has no right to write to the repository."
    return _stale(request, review) or _unbound(plan_id, review)


def _stale(request: ChangeRequest, review: Review) -> str:
    """Why the review is not of what was merged; '' when it is."""
    who, head = review.reviewer, request.head
    if review.commit:
        if review.commit.casefold() == head.casefold():
            return ""
        return (
            f"{who} approved commit {review.commit[:7]}, and the head of {request.label} is {head[:7]}: the approval "
            "is of an earlier push."
        )
    if request.pushed_at is None:
        return f"{who} approved, and {request.forge} does not tell which commit."
    if review.at < request.pushed_at:
        return (
            f"{who} approved at {_written(review.at)}, and {head[:7]} was pushed at {_written(request.pushed_at)}: the "
            "approval is of an earlier push."
        )
    return ""


_ID_WORD = re.compile(r"(?<!\w)(?P<prefix>sha256:)?(?P<digits>[0-9a-f]{12,})(?!\w)", re.IGNORECASE)
"""A plan's id, or the beginning of one: twelve digits are what people see of it, and enough to mean one plan."""


def names_a_plan(text: str) -> bool:
    """Whether a text holds what may be a plan's id."""
    return _ID_WORD.search(_own_words(text)) is not None


def _own_words(text: str) -> str:
    """The text without what it quotes."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def _unbound(plan_id: str, review: Review) -> str:
    """Why the text does not bind the approval to this plan and no other; '' when it does."""
    ours = plan_id.removeprefix("sha256:")
    found = list(_ID_WORD.finditer(_own_words(review.body)))
    full = [word for word in found if word["prefix"] or len(word["digits"]) == len(ours)]
    if other := next((word for word in full if not _begins(ours, word["digits"])), None):
        named = f"sha256:{other['digits'][:12].lower()}"
        return f"{review.reviewer} approved and names another plan, {named}: it is not clear which one is meant."
    if not any(_begins(ours, word["digits"]) for word in found):
        return f"{review.reviewer} approved without the id of the plan."
    return ""


def _begins(ours: str, digits: str) -> bool:
    return ours.lower().startswith(digits.lower())


def _took_part(review: Review, request: ChangeRequest) -> bool:
    """Whether the reviewer asked for the change or wrote part of it, as far as the forge knows."""
    people = {person.casefold() for person in (request.requester, *request.authors)}
    named = {name.casefold() for name in request.unnamed}
    return review.reviewer.casefold() in people | named or any(alias.casefold() in named for alias in review.aliases)


def _broken(review: Review, request: ChangeRequest) -> str:
    did = "asked for the change" if review.reviewer.casefold() == request.requester.casefold() else "wrote part of it"
    return f"{review.reviewer} approved and {did}: somebody else has to approve."


def _approval(plan_id: str, request: ChangeRequest, review: Review) -> Approval:
    return Approval(
        plan_id=plan_id,
        forge=request.forge,
        number=request.number,
        url=request.url,
        requester=request.requester,
        authors=(*request.authors, *request.unnamed),
        approver=review.reviewer,
        approved_at=review.at,
        merged_at=request.merged_at,
        merged_by=request.merged_by,
        separation=Separation.UNKNOWN if _is_unclear(request) else Separation.KEPT,
    )


def _is_unclear(request: ChangeRequest) -> bool:
    """Whether somebody behind the change is not known: an address of no account, or a program that a person started."""
    people = (request.requester, *request.authors)
    return bool(request.unnamed) or any(not person or person.casefold().endswith("[bot]") for person in people)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
