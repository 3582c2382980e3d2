"""The parts of GitHub's REST API that smsops uses, with state: pull requests, commits, reviews, comments.

with GitHubDouble() as hub:
    hub.open_pull(7, head=HEAD, user="rae")
    hub.approve(7, "ann", commit=HEAD, body=plan_id)
    hub.merge(7, MERGED, by="ann")
    hub.environment(7)  # under review
    hub.environment()   # on the main branch
"""

from __future__ import annotations

import zlib
from typing import Any

from tests.forges.double import Asked, Double, Refused, Reply

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
ACTIONS = "github-actions[bot]"


def user(login: str) -> dict[str, Any]:
    return {
        "login": login,
        "id": zlib.crc32(login.lower().encode()),
        "type": "Bot" if login.endswith("[bot]") else "User",
    }


class GitHubDouble(Double):
    """One repository. `me` is the person whose token it is; None is the token of a workflow, which has no person."""

    def __init__(self, *, token: str = TOKEN, repository: str = "acme/sms", me: str | None = None) -> None:
        super().__init__()
        self.token = token
        self.repository = repository
        self.me = me
        self.permissions: dict[str, str] = {}
        """By login in lower case; who is not in it may write, and `none` is a stranger."""
        self.pulls: dict[int, dict[str, Any]] = {}
        self.commits: dict[int, list[dict[str, Any]]] = {}
        self.reviews: dict[int, list[dict[str, Any]]] = {}
        self.comments: list[dict[str, Any]] = []
        self._serial = 1000

    def environment(self, number: int | None = None, *, branch: str = "main") -> dict[str, str]:
        """The variables of a workflow: for a pull request, or after the merge on the branch."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.origin,
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_TOKEN": self.token,
            "GITHUB_REF": f"refs/heads/{branch}" if number is None else f"refs/pull/{number}/merge",
        }

    def open_pull(self, number: int, head: str, user: str, *, base: str = "main") -> None:
        """A pull request with one commit by its requester."""
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "html_url": f"https://github.example.com/{self.repository}/pull/{number}",
            "user": _user(user),
            "head": {"ref": f"change-{number}", "sha": ""},
            "base": {"ref": base, "repo": {"full_name": self.repository}},
            "merged_at": None,
            "merge_commit_sha": f"{number:040x}",
        }
        self.commits[number] = []
        self.reviews[number] = []
        self.push(number, head, user)

    def push(self, number: int, head: str, author: str | None, *, committer: str | None = None) -> None:
        """One more commit; an author of None is one whose address belongs to no account."""
        people = {"author": author, "committer": committer or author}
        self.commits[number].append(
            {
                "sha": head,
                **{role: None if login is None else _user(login) for role, login in people.items()},
                "commit": {role: _git(login) for role, login in people.items()},
            }
        )
        self.pulls[number]["head"]["sha"] = head

    def approve(
        self,
        number: int,
        user: str,
        commit: str | None,
        body: str | None,
        at: str = "2026-11-23T12:00:00Z",
        *,
        state: str = "APPROVED",
    ) -> dict[str, Any]:
        """A review, by default an approving one."""
        review = {
            "id": self._next(),
            "user": _user(user),
            "body": body,
            "state": state,
            "submitted_at": at,
            "commit_id": commit,
        }
        self.reviews[number].append(review)
        return review

    def merge(self, number: int, merge_sha: str, by: str, at: str = "2026-11-23T13:00:00Z") -> None:
        """Merge, by whichever method ends in this commit on the base branch."""
        self.pulls[number] |= {"state": "closed", "merged_at": at, "merged_by": _user(by)}
        self.pulls[number]["merge_commit_sha"] = merge_sha

    def comment(self, number: int, login: str, body: str) -> dict[str, Any]:
        """Somebody's comment."""
        made = {
            "id": self._next(),
            "html_url": f"https://github.example.com/{self.repository}/pull/{number}#issuecomment-{self._serial}",
            "user": _user(login),
            "body": body,
            "issue_url": f"{self.origin}/repos/{self.repository}/issues/{number}",
        }
        self.comments.append(made)
        return made

    def bodies(self) -> list[str]:
        """Of all comments, oldest first."""
        return [comment["body"] for comment in self.comments]

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def admit(self, asked: Asked) -> None:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, "Bad credentials")

    def refusal(self) -> str:
        return "Resource not accessible by integration" if self.write_refusal == 403 else "Not Found"

    def route(self, asked: Asked, words: tuple[str, ...]) -> Reply:
        if words == ("user",):
            return self._owner()
        if words[0] != "repos" or "/".join(words[1:3]).lower() != self.repository.lower():
            raise KeyError(asked.path)
        match asked.method, words[3:]:
            case "GET", ("issues", number, "comments"):
                found = [c for c in self.comments if c["issue_url"].endswith(f"/issues/{int(number)}")]
                return self.page(asked, found)
            case "POST", ("issues", number, "comments"):
                made = self.comment(self.pulls[int(number)]["number"], self.me or ACTIONS, asked.content["body"])
                return Reply(status=201, content=made)
            case "PATCH", ("issues", "comments", number):
                found = [c for c in self.comments if c["id"] == int(number)]
                found[0]["body"] = asked.content["body"]
                return Reply(content=found[0])
            case "GET", ("collaborators", login, "permission"):
                return self._permission(login)
            case "GET", ("commits", commit, "pulls"):
                return self.page(asked, [pull for number, pull in self.pulls.items() if self._holds(number, commit)])
            case "GET", ("pulls", number):
                pull = self.pulls[int(number)]
                return Reply(content={"merged_by": None, **pull, "commits": len(self.commits[int(number)])})
            case "GET", ("pulls", number, "commits"):
                return self.page(asked, self.commits[int(number)][:250])
            case "GET", ("pulls", number, "reviews"):
                return self.page(asked, self.reviews[int(number)])
        raise KeyError(asked.path)

    def _owner(self) -> Reply:
        if self.me is None:
            raise Refused(403, "Resource not accessible by integration")
        return Reply(content=_user(self.me))

    def _permission(self, login: str) -> Reply:
        permission = self.permissions.get(login.lower(), "write")
        if permission == "none":
            raise Refused(404, f"{login} is not a user")
        return Reply(content={"permission": permission, "role_name": permission, "user": _user(login)})

    def _holds(self, number: int, commit: str) -> bool:
        return self.pulls[number]["merge_commit_sha"] == commit or commit in [c["sha"] for c in self.commits[number]]


_user = user
"""By a name that no parameter hides."""


def _git(login: str | None) -> dict[str, str]:
    """What git says of an author."""
    name = login or "Somebody Else"
    return {"name": name, "email": f"{name.lower().replace(' ', '.')}@example.com", "date": "2026-11-23T10:00:00Z"}
