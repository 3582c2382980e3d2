"""Both forges as one: a change request that is open, whatever its forge calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from smsops.forges import forge_of
from smsops.forges.base import Forge, Posted
from tests.forges.double import Double
from tests.forges.github_double import ACTIONS, GitHubDouble
from tests.forges.gitlab_double import GitLabDouble

HEAD = "d" * 40
MERGED = "e" * 40
MARK = "<!-- smsops comment plan -->"


@dataclass(slots=True, kw_only=True)
class Scene:
    """Change request 7 on one forge."""

    double: Double
    environ: dict[str, str]
    say: Callable[[str, str], object]
    """Somebody comments."""
    bodies: Callable[[], list[str]]
    ours: str
    """Who we are."""
    slept: list[float] = field(default_factory=list)
    woken: Callable[[], object] = lambda: None
    """What happens while we wait."""

    @property
    def forge(self) -> Forge:
        found = forge_of(self.environ, sleep=self._sleep)
        assert found is not None
        return found

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.woken()

    def post(self, text: str, marker: str = MARK) -> Posted:
        return self.forge.comment(marker, lambda previous: f"{marker}\n{text}")


def github(double: GitHubDouble) -> Scene:
    double.open_pull(7, HEAD, "rae")
    return Scene(
        double=double,
        environ=double.environment(7),
        say=lambda who, body: double.comment(7, who, body),
        bodies=double.bodies,
        ours=double.me or ACTIONS,
    )


def gitlab(double: GitLabDouble) -> Scene:
    double.open_merge_request(7, HEAD, "rae")
    return Scene(
        double=double,
        environ=double.environment(7),
        say=lambda who, body: double.note(7, who, body),
        bodies=lambda: double.bodies(7),
        ours=double.me,
    )
