"""GitHub, by its REST API (https://docs.github.com/rest).

From the environment, as GitHub Actions sets it:

- GITHUB_API_URL, https://api.github.com without it;
- GITHUB_REPOSITORY, `owner/name`;
- GITHUB_TOKEN, else GH_TOKEN; to comment it needs the permission `pull-requests: write`;
- the number of the pull request from the event in the file GITHUB_EVENT_PATH, else from GITHUB_REF,
  `refs/pull/7/merge`;
- the branch that is applied from GITHUB_REF, `refs/heads/main`: only what was merged into it counts.

Who we are: `GET /user` tells of a person's token. The token of a workflow or an app cannot ask; then we are one of the
programs, whose logins end in `[bot]`, which no person's can.

A review names its commit, so the time of a push is not asked for. On a public repository everybody can approve, so each
approver's right to write is asked for as well.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smsops.approval import ChangeRequest, Review, ReviewState
from smsops.errors import UsageError
from smsops.forges.base import ForgeError, NotAllowed, Posted, moment
from smsops.forges.http import Client
from smsops.forges.sticky import Comment, stick

_STATES = {
    "APPROVED": ReviewState.APPROVED,
    "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED,
    "DISMISSED": ReviewState.DISMISSED,
    "COMMENTED": ReviewState.COMMENTED,
}
"""A review that is PENDING is not yet given."""
_ITSELF = "web-flow"
"""GitHub's own login, the committer of what is edited or merged on its pages."""
_API = "https://api.github.com"
_VERSION = "2022-11-28"


class GitHub:
    """One repository on GitHub, as the environment names it."""

    name = "GitHub"
    runner = "GITHUB_ACTIONS"
    """`true` where GitHub Actions runs this."""

    @staticmethod
    def is_named(environ: Mapping[str, str]) -> bool:
        return bool(environ.get("GITHUB_REPOSITORY")) and bool(environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN"))

    def __init__(self, environ: Mapping[str, str], *, sleep: Callable[[float], object] = time.sleep) -> None:
        """Raises UsageError that names the variable which is missing or wrong."""
        self._environ = environ
        self._sleep = sleep
        self._repository = environ.get("GITHUB_REPOSITORY", "")
        if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", self._repository, re.ASCII):
            raise UsageError("GITHUB_REPOSITORY does not name a repository.", hint="It is written owner/name.")
        variable = next((name for name in ("GITHUB_TOKEN", "GH_TOKEN") if environ.get(name)), None)
        if variable is None:
            raise UsageError(
                "GITHUB_TOKEN is not set, so GitHub cannot be asked.",
                hint="A workflow hands it over: env: GITHUB_TOKEN: ${{ github.token }}.",
            )
        self._client = Client(
            forge=self.name,
            base_url=("GITHUB_API_URL", environ.get("GITHUB_API_URL") or _API),
            token=(variable, environ[variable]),
            token_header=("Authorization", "Bearer "),
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": _VERSION},
            sleep=sleep,
        )
        self._root = f"/repos/{self._repository}"

    def comment(self, marker: str, body: Callable[[str | None], str]) -> Posted:
        """See `Forge`."""
        thread = _Thread(self._client, self._root, _number(self._environ))
        return stick(thread, marker, body, sleep=self._sleep)

    def change_request(self, commit: str) -> ChangeRequest | None:
        """See `Forge`."""
        pulls = self._client.pages(f"{self._root}/commits/{quote(commit, safe='')}/pulls")
        with self._client.understood():
            merged = [pull for pull in pulls if pull["merged_at"] and self._is_here(pull["base"])]
            merged.sort(key=lambda pull: (pull["merge_commit_sha"] != commit, pull["merged_at"], pull["number"]))
            for pull in merged:
                root = f"{self._root}/pulls/{int(pull['number'])}"
                commits = list(self._client.pages(f"{root}/commits"))
                if pull["merge_commit_sha"] == commit or commit in {listed["sha"] for listed in commits}:
                    return _request(self._client.get(root), commits)
        return None

    def _is_here(self, base: Any) -> bool:
        """Whether a pull request was merged into this repository and the branch that is applied."""
        branch = self._environ.get("GITHUB_REF", "").partition("refs/heads/")[2]
        repository = base["repo"] and str(base["repo"]["full_name"]).casefold()
        return repository == self._repository.casefold() and branch in ("", base["ref"])

    def approvals(self, request: ChangeRequest) -> tuple[Review, ...]:
        """See `Forge`."""
        reviews = []
        may_write: dict[str, bool] = {}
        for given in self._client.pages(f"{self._root}/pulls/{request.number}/reviews"):
            with self._client.understood():
                state = _STATES.get(given["state"])
                user = given["user"]
                if state is None or user is None:
                    continue
                login, bot = str(user["login"]), user["type"] == "Bot"
                if state is ReviewState.APPROVED and not bot and login not in may_write:
                    may_write[login] = self._may_write(login)
                review = Review(
                    reviewer=login,
                    at=moment(given["submitted_at"]),
                    state=state,
                    body=given["body"] or "",
                    commit=given["commit_id"] or "",
                    bot=bot,
                    entitled=may_write.get(login, True),
                )
            reviews.append(review)
        return tuple(reviews)

    def _may_write(self, login: str) -> bool:
        """Whether the person can write to the repository, by whatever grant."""
        try:
            granted = self._client.get(f"{self._root}/collaborators/{quote(login, safe='')}/permission")
        except ForgeError as error:
            if error.status == 404:
                return False
            raise
        return granted["permission"] in ("admin", "write")


class _Thread:
    """The comments of one pull request."""

    def __init__(self, client: Client, root: str, number: int) -> None:
        self._client = client
        self._root = root
        self._number = number

    def ours(self, marker: str) -> Comment | None:
        me = self._me()
        path = f"{self._root}/issues/{self._number}/comments"
        with self._client.understood():
            found = [
                _comment(listed)
                for listed in self._client.pages(path)
                if _is_ours(listed["user"], me) and (listed["body"] or "").startswith(marker)
            ]
        return min(found, key=lambda comment: comment.number, default=None)

    def _me(self) -> str | None:
        """The login of the token's owner; None for a program, which has no such right."""
        try:
            with self._client.understood():
                return str(self._client.get("/user")["login"])
        except NotAllowed:
            return None

    def create(self, text: str) -> Comment:
        made = self._client.post(f"{self._root}/issues/{self._number}/comments", {"body": text})
        with self._client.understood():
            return _comment(made)

    def update(self, number: int, text: str) -> Comment:
        made = self._client.replace("PATCH", f"{self._root}/issues/comments/{number}", {"body": text})
        with self._client.understood():
            return _comment(made)


def _is_ours(user: Any, me: str | None) -> bool:
    if user is None:
        return False
    if me is None:
        return user["type"] == "Bot" and str(user["login"]).endswith("[bot]")
    return str(user["login"]).casefold() == me.casefold()


def _comment(listed: Any) -> Comment:
    return Comment(number=int(listed["id"]), body=str(listed["body"]), url=str(listed["html_url"]))


def _request(pull: Any, commits: list[Any]) -> ChangeRequest:
    authors: set[str] = set()
    unnamed: set[str] = set()
    for commit in commits:
        for role in ("author", "committer"):
            person = commit[role] or {}
            git = commit["commit"][role] or {}
            if "login" in person:
                authors.add(str(person["login"]))
            else:
                unnamed.update(str(git[key]) for key in ("name", "email") if git.get(key))
    if (beyond := int(pull["commits"]) - len(commits)) > 0:
        # GitHub lists the first 250 and no more.
        unnamed.add(f"the authors of commits that GitHub does not list: {beyond}")
    return ChangeRequest(
        forge=GitHub.name,
        label=f"pull request #{int(pull['number'])}",
        number=int(pull["number"]),
        url=str(pull["html_url"]),
        requester=_login(pull["user"]),
        head=str(pull["head"]["sha"]),
        merged_at=moment(pull["merged_at"]),
        merged_by=_login(pull["merged_by"]),
        authors=tuple(sorted(authors - {_ITSELF})),
        unnamed=tuple(sorted(unnamed)),
    )


def _login(user: Any) -> str:
    """'' for an account that is gone."""
    return "" if user is None else str(user["login"])


def _number(environ: Mapping[str, str]) -> int:
    """The pull request under review. Raises UsageError."""
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    for place in (event.get("pull_request"), event.get("issue"), event):
        number = place.get("number") if isinstance(place, dict) else None
        if type(number) is int and number > 0:
            return number
    if match := re.fullmatch(r"refs/pull/([1-9][0-9]{0,8})/\w+", environ.get("GITHUB_REF", "")):
        return int(match[1])
    raise UsageError(
        "Neither GITHUB_EVENT_PATH nor GITHUB_REF names a pull request.",
        hint="Run it for the event pull_request.",
    )


def _event(path: str) -> dict[str, Any]:
    """What started the workflow; nothing where no file is named."""
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError("The file that GITHUB_EVENT_PATH names cannot be read.", hint="It is JSON.") from error
    return event if isinstance(event, dict) else {}
