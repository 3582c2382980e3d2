"""The parts of GitLab's REST API that smsops uses, with state: merge requests, commits, versions, approvals, notes.

with GitLabDouble() as lab:
    lab.open_merge_request(7, head=HEAD, user="rae")
    lab.approve(7, "ann", note=plan_id)
    lab.merge(7, MERGED, by="ann")
    lab.environment(7)  # under review
    lab.environment()   # on the main branch
"""

from __future__ import annotations

import zlib
from typing import Any

from tests.forges.double import Asked, Double, Refused, Reply

TOKEN = "glpat-9xGq3pZ7vT2sLw8RbN4k"
PUSHED = "2026-11-23T10:00:00.000Z"
APPROVED = "2026-11-23T12:00:00.000Z"
MERGED = "2026-11-23T13:00:00.000Z"


def user(name: str) -> dict[str, Any]:
    """`ann` is the user whom people call Ann."""
    return {"id": zlib.crc32(name.encode()), "username": name, "name": name.title(), "state": "active"}


class GitLabDouble(Double):
    """One project. `me` is the user whose token it is, by default that of a project's token."""

    prefix = "/api/v4"

    def __init__(self, *, token: str = TOKEN, project: int = 5, me: str = "project_5_bot_1f") -> None:
        super().__init__()
        self.token = token
        self.project = project
        self.me = me
        self.tells_times = True
        """Whether an approval says when it was given; an older GitLab does not."""
        self.keeps_notes = True
        """Whether it keeps a note of each approval."""
        self.requests: dict[int, dict[str, Any]] = {}
        self.commits: dict[int, list[dict[str, Any]]] = {}
        self.versions: dict[int, list[dict[str, Any]]] = {}
        self.approved_by: dict[int, list[dict[str, Any]]] = {}
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self._serial = 1000

    def environment(self, iid: int | None = None, *, branch: str = "main") -> dict[str, str]:
        """The variables of a pipeline: for a merge request, or after the merge on the branch."""
        review = {"CI_MERGE_REQUEST_IID": str(iid), "CI_MERGE_REQUEST_PROJECT_ID": str(self.project)}
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.origin + self.prefix,
            "CI_PROJECT_ID": str(self.project),
            "GITLAB_TOKEN": self.token,
            **({"CI_COMMIT_BRANCH": branch} if iid is None else review),
        }

    def open_merge_request(self, iid: int, head: str, user: str, *, target: str = "main", at: str = PUSHED) -> None:
        """A merge request with one commit by its requester."""
        self.requests[iid] = {
            "iid": iid,
            "state": "opened",
            "web_url": f"https://gitlab.example.com/acme/sms/-/merge_requests/{iid}",
            "author": _user(user),
            "target_branch": target,
            "merged_at": None,
            "merge_commit_sha": None,
            "squash_commit_sha": None,
        }
        for kept in (self.commits, self.versions, self.approved_by, self.notes):
            kept[iid] = []
        self.push(iid, head, user, at)

    def push(self, iid: int, head: str, author: str, at: str, *, committer: str | None = None) -> None:
        """One more commit, and the version of the merge request that it makes. Newest first, as GitLab lists both."""
        self.commits[iid].insert(0, {"id": head, **_git("author", author), **_git("committer", committer or author)})
        self.versions[iid].insert(0, {"id": self._next(), "head_commit_sha": head, "created_at": at})
        self.requests[iid]["sha"] = head

    def approve(self, iid: int, user: str, at: str = APPROVED, *, note: str | None = None) -> None:
        """An approval, and what the approver wrote beside it."""
        told = {"approved_at": at} if self.tells_times else {}
        self.approved_by[iid].append({"user": _user(user), **told})
        if self.keeps_notes:
            self.note(iid, user, "approved this merge request", at, system=True)
        if note is not None:
            self.note(iid, user, note, at)

    def note(self, iid: int, user: str, body: str, at: str = APPROVED, *, system: bool = False) -> dict[str, Any]:
        made = {"id": self._next(), "author": _user(user), "body": body, "system": system, "created_at": at}
        self.notes[iid].append(made)
        return made

    def merge(self, iid: int, merge_sha: str | None, by: str, at: str = MERGED, *, squash: str | None = None) -> None:
        """Merge; a merge_sha of None is a fast-forward."""
        self.requests[iid] |= {"state": "merged", "merged_at": at, "merge_user": _user(by)}
        self.requests[iid] |= {"merge_commit_sha": merge_sha, "squash_commit_sha": squash}

    def bodies(self, iid: int) -> list[str]:
        """Of all notes, oldest first."""
        return [note["body"] for note in self.notes[iid]]

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def admit(self, asked: Asked) -> None:
        if asked.headers.get("private-token") != self.token:
            raise Refused(401, "401 Unauthorized")

    def refusal(self) -> str:
        return "403 Forbidden" if self.write_refusal == 403 else "404 Not found"

    def route(self, asked: Asked, words: tuple[str, ...]) -> Reply:
        if words == ("user",):
            return Reply(content=_user(self.me))
        if words[:2] != ("projects", str(self.project)):
            raise KeyError(asked.path)
        match asked.method, words[2:]:
            case "GET", ("repository", "commits", commit, "merge_requests"):
                return self.page(asked, [r for iid, r in self.requests.items() if self._holds(iid, commit)])
            case "GET", ("merge_requests", iid):
                return Reply(content=self.requests[int(iid)])
            case "GET", ("merge_requests", iid, "commits"):
                return self.page(asked, self.commits[int(iid)])
            case "GET", ("merge_requests", iid, "versions"):
                return self.page(asked, self.versions[int(iid)])
            case "GET", ("merge_requests", iid, "approvals"):
                return Reply(content={"approved_by": self.approved_by[int(iid)]})
            case "GET", ("merge_requests", iid, "notes"):
                newest_first = asked.query.get("sort", "desc") == "desc"
                notes = sorted(self.notes[int(iid)], key=lambda note: note["created_at"], reverse=newest_first)
                return self.page(asked, notes)
            case "POST", ("merge_requests", iid, "notes"):
                return Reply(status=201, content=self.note(int(iid), self.me, asked.content["body"].strip()))
            case "PUT", ("merge_requests", iid, "notes", number):
                (found,) = (note for note in self.notes[int(iid)] if note["id"] == int(number))
                found["body"] = asked.content["body"].strip()
                return Reply(content=found)
        raise KeyError(asked.path)

    def _holds(self, iid: int, commit: str) -> bool:
        request = self.requests[iid]
        made = (request["merge_commit_sha"], request["squash_commit_sha"])
        return commit in made or commit in [each["id"] for each in self.commits[iid]]


_user = user
"""By a name that no parameter hides."""


def _git(role: str, name: str) -> dict[str, str]:
    """What git says of an author."""
    return {f"{role}_name": name.title(), f"{role}_email": f"{name}@example.com"}
