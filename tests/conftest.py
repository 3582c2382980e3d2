"""What every test starts from: an environment without anybody's settings, and properties that repeat exactly."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from smsops.sandbox.server import Sandbox

# Time never decides a test, and a run on another machine tries the same examples.
settings.register_profile("smsops", deadline=None, derandomize=True, database=None)
settings.load_profile("smsops")

FOREIGN = ("SMSOPS_", "TWILIO_", "GIT_", "GH_", "GITHUB_", "GITLAB_", "BITBUCKET_", "BUILD_", "CI_")
FOREIGN_NAMES = ("CI", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM")
OURS = ("SMSOPS_TWILIO_OAI", "SMSOPS_PACKAGE_INDEX")
"""The folder of Twilio's API description, and whether tests may install packages; all else that smsops reads goes."""


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """Before every other fixture, those that many tests share included."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in list(os.environ):
            if name not in OURS and (name.startswith(FOREIGN) or name in FOREIGN_NAMES):
                monkeypatch.delenv(name)
        yield


@pytest.fixture(scope="session")
def _running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(None) as running:
        yield running


@pytest.fixture
def sandbox(_running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """One server for all tests; each test takes accounts of its own, and leaves no fault and no switch behind."""
    switches = _running_sandbox.switches
    yield _running_sandbox
    _running_sandbox.faults.clear()
    _running_sandbox.switches = switches
