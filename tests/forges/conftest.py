"""Scenes of a change request under review, on each forge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forges.github_double import GitHubDouble
from tests.forges.gitlab_double import GitLabDouble
from tests.forges.scenes import Scene, github, gitlab


@pytest.fixture
def hub() -> Iterator[GitHubDouble]:
    with GitHubDouble() as running:
        yield running


@pytest.fixture
def lab() -> Iterator[GitLabDouble]:
    with GitLabDouble() as running:
        yield running


@pytest.fixture(params=["workflow", "person", "gitlab"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """GitHub by the token of a workflow, GitHub by a person's, and GitLab."""
    if request.param == "gitlab":
        with GitLabDouble() as lab:
            yield gitlab(lab)
        return
    with GitHubDouble(me="Ops" if request.param == "person" else None) as hub:
        yield github(hub)
