"""GitLab, by its REST API (https://docs.gitlab.com/api/rest/).

From the environment, as GitLab CI sets it:

- CI_API_V4_URL;
- CI_MERGE_REQUEST_PROJECT_ID, else CI_PROJECT_ID: the pipeline of a fork runs in the fork, and its merge request is
  elsewhere;
- CI_MERGE_REQUEST_IID, to comment;
- CI_COMMIT_BRANCH, the branch that is applied: only what was merged into it counts;
- GITLAB_TOKEN, which nobody but you sets: a token of a project, a group or a person with the scope `api`. The token of
  a CI job cannot write notes.

An approval on GitLab has no text and names no commit. So its text is what the approver wrote in notes since the last
push, and it is an approval of that push when it was given after it. When it was given is in the approval itself, or, on
an older GitLab, in the note that GitLab keeps of it; else the time of the approver's last note stands for it.

GitLab knows the authors of commits by name and address only. Who bears the requester's name is the requester.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from smsops.approval import ChangeRequest, Review, ReviewState, names_a_plan
from smsops.errors import UsageError
from smsops.forges.base import NotAllowed, Posted, moment
from smsops.forges.http import Client
from smsops.forges.sticky import Comment, stick

_BOT = re.compile(r"(project|group)_\d+_bot(_\w+)?")
"""The user that GitLab makes for a token of a project or a group."""
_APPROVED = "approved this merge request"
"""The whole text of the note that GitLab keeps of an approval."""


class GitLab:
    """One project on GitLab, as the environment names it."""

    name = "GitLab"
    runner = "GITLAB_CI"
    """`true` where GitLab CI runs this."""

    @staticmethod
    def is_named(environ: Mapping[str, str]) -> bool:
        return bool(environ.get("CI_API_V4_URL")) and bool(environ.get("CI_PROJECT_ID"))

    def __init__(self, environ: Mapping[str, str], *, sleep: Callable[[float], object] = time.sleep) -> None:
        """Raises UsageError that names the variable which is missing or wrong, and NotAllowed in a fork's pipeline."""
        self._environ = environ
        self._sleep = sleep
        project = environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ.get("CI_PROJECT_ID", "")
        if not re.fullmatch(r"[1-9][0-9]*", project):
            raise UsageError("CI_PROJECT_ID does not hold the id of a project.", hint="GitLab CI sets it.")
        if not environ.get("CI_API_V4_URL"):
            raise UsageError("CI_API_V4_URL is not set, so GitLab cannot be asked.", hint="GitLab CI sets it.")
        self._client = Client(
            forge=self.name,
            base_url=("CI_API_V4_URL", environ["CI_API_V4_URL"]),
            token=("GITLAB_TOKEN", _token(environ, project)),
            token_header=("PRIVATE-TOKEN", ""),
            headers={},
            sleep=sleep,
        )
        self._root = f"/projects/{project}"

    def comment(self, marker: str, body: Callable[[str | None], str]) -> Posted:
        """See `Forge`."""
        number = self._environ.get("CI_MERGE_REQUEST_IID", "")
        if not re.fullmatch(r"[1-9][0-9]*", number):
            raise UsageError(
                "CI_MERGE_REQUEST_IID does not name a merge request.", hint="Run it in a merge request pipeline."
            )
        root = f"{self._root}/merge_requests/{number}"
        with self._client.understood():
            thread = _Thread(self._client, root, url=str(self._client.get(root)["web_url"]))
        return stick(thread, marker, body, sleep=self._sleep)

    def change_request(self, commit: str) -> ChangeRequest | None:
        """See `Forge`."""
        path = f"{self._root}/repository/commits/{quote(commit, safe='')}/merge_requests"
        branch = self._environ.get("CI_COMMIT_BRANCH", "")
        with self._client.understood():
            merged = [
                listed
                for listed in self._client.pages(path)
                if listed["state"] == "merged" and branch in ("", listed["target_branch"])
            ]
            merged.sort(key=lambda listed: (_distance(listed, commit), moment(listed["merged_at"]), listed["iid"]))
            for listed in merged:
                root = f"{self._root}/merge_requests/{int(listed['iid'])}"
                commits = list(self._client.pages(f"{root}/commits"))
                if _distance(listed, commit) < _FAR or commit in {each["id"] for each in commits}:
                    pushes = [moment(version["created_at"]) for version in self._client.pages(f"{root}/versions")]
                    return _request(listed, commits, max(pushes, default=None))
        return None

    def approvals(self, request: ChangeRequest) -> tuple[Review, ...]:
        """See `Forge`."""
        root = f"{self._root}/merge_requests/{request.number}"
        with self._client.understood():
            approved = self._client.get(f"{root}/approvals")["approved_by"]
            notes = list(_notes(self._client, root)) if approved else []
            return tuple(_review(given, notes, request) for given in approved)


class _Thread:
    """The notes of one merge request."""

    def __init__(self, client: Client, root: str, *, url: str) -> None:
        self._client = client
        self._root = root
        self._url = url

    def ours(self, marker: str) -> Comment | None:
        with self._client.understood():
            me = self._client.get("/user")["id"]
            found = [
                note
                for note in _notes(self._client, self._root)
                if note["author"]["id"] == me and not note["system"] and note["body"].startswith(marker)
            ]
            return self._comment(min(found, key=lambda note: int(note["id"]))) if found else None

    def create(self, text: str) -> Comment:
        made = self._client.post(f"{self._root}/notes", {"body": text})
        with self._client.understood():
            return self._comment(made)

    def update(self, number: int, text: str) -> Comment:
        made = self._client.replace("PUT", f"{self._root}/notes/{number}", {"body": text})
        with self._client.understood():
            return self._comment(made)

    def _comment(self, note: Any) -> Comment:
        """GitLab gives a note no address; it is that of the merge request, with an anchor."""
        number = int(note["id"])
        return Comment(number=number, body=str(note["body"]), url=f"{self._url}#note_{number}")


def _token(environ: Mapping[str, str], project: str) -> str:
    """Raises UsageError, and NotAllowed in a fork, which gets no secrets."""
    if token := environ.get("GITLAB_TOKEN"):
        return token
    hint = "It is a project's, group's or person's token with the scope api; the token of a CI job cannot write notes."
    source = environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID") or project
    if source != project:
        raise NotAllowed("GITLAB_TOKEN is not set: the pipeline of a fork gets no secrets of the project.", hint=hint)
    raise UsageError("GITLAB_TOKEN is not set, so GitLab cannot be asked.", hint=hint)


def _notes(client: Client, root: str) -> Any:
    return client.pages(f"{root}/notes", sort="asc", order_by="created_at")


_FAR = 2


def _distance(listed: Any, commit: str) -> int:
    """How surely a merge request brought the commit: it made it, it ends in it, or neither."""
    if commit in (listed["merge_commit_sha"], listed["squash_commit_sha"]):
        return 0
    return 1 if commit == listed["sha"] else _FAR


def _request(listed: Any, commits: list[Any], pushed_at: datetime | None) -> ChangeRequest:
    author = listed["author"] or {"username": "", "name": ""}
    people = {(each[f"{role}_name"], each[f"{role}_email"]) for each in commits for role in ("author", "committer")}
    strangers = {person for person in people if person[0] != author["name"]}
    merger = listed.get("merge_user") or listed.get("merged_by")
    return ChangeRequest(
        forge=GitLab.name,
        label=f"merge request !{int(listed['iid'])}",
        number=int(listed["iid"]),
        url=str(listed["web_url"]),
        requester=str(author["username"]),
        head=str(listed["sha"]),
        merged_at=moment(listed["merged_at"]),
        merged_by=str(merger["username"]) if merger else "",
        authors=(str(author["username"]),) if people - strangers else (),
        unnamed=tuple(sorted({str(part) for person in strangers for part in person if part})),
        pushed_at=pushed_at,
    )


def _deciding(bodies: Sequence[str]) -> str:
    """What an approver's notes come to, oldest first: the newest that names a plan; a later thank-you hides none."""
    return next((body for body in reversed(bodies) if names_a_plan(body)), "\n".join(bodies))


def _is_edited(note: Any) -> bool:
    """Whether a note is not as it was written: maintainers may edit those of others."""
    return bool(note.get("updated_at", note["created_at"]) != note["created_at"])


def _review(given: Any, notes: list[Any], request: ChangeRequest) -> Review:
    user = given["user"]
    own = [note for note in notes if note["author"]["id"] == user["id"]]
    kept = [moment(note["created_at"]) for note in own if note["system"] and note["body"] == _APPROVED]
    said = [
        (moment(note["created_at"]), str(note["body"]))
        for note in own
        if not note["system"] and not _is_edited(note) and request.pushed_at is not None
        if moment(note["created_at"]) >= request.pushed_at
    ]
    told = given.get("approved_at")
    at = moment(told) if told else max(kept or [at for at, _ in said] or [request.merged_at])
    return Review(
        reviewer=str(user["username"]),
        at=at,
        state=ReviewState.APPROVED,
        body=_deciding([body for _, body in sorted(said)]),
        bot=_BOT.fullmatch(str(user["username"])) is not None,
        aliases=frozenset({str(user["name"])}),
    )
