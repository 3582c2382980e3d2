"""The stories are built once, and git is as on a machine where it was never set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.history.stories import Story, long_story, short_stories
from tests.ledger.repositories import without_settings


@pytest.fixture(autouse=True)
def _no_settings(_own_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_settings(monkeypatch, tmp_path / "home")


@pytest.fixture(scope="session")
def _long(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return long_story(tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="session")
def _nested(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return long_story(tmp_path_factory.mktemp("nested"), "ops/sms channels/")


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> list[Story]:
    return short_stories(tmp_path_factory.mktemp("short"), 18)


@pytest.fixture
def story(_long: Story) -> Iterator[Story]:
    """The long story, at its end."""
    _long.check_out(_long.line[-1])
    yield _long
    _long.check_out(_long.line[-1])


@pytest.fixture
def nested(_nested: Story) -> Iterator[Story]:
    """The same in a folder of a repository that holds much else."""
    _nested.check_out(_nested.line[-1])
    yield _nested
    _nested.check_out(_nested.line[-1])
