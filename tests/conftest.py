"""What every test starts from: an environment without anybody's settings, and properties that repeat exactly."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Generator, Iterator

import pytest
from hypothesis import is_hypothesis_test, settings

from smsops.sandbox.server import Sandbox

# Time never decides a test, and a run on another machine tries the same examples.
settings.register_profile("smsops", deadline=None, derandomize=True, database=None, max_examples=40)
# For a long look: pytest --hypothesis-profile=thorough
settings.register_profile("thorough", settings.get_profile("smsops"), derandomize=False, max_examples=1_000)
settings.load_profile("smsops")

FOREIGN = ("SMSOPS_", "TWILIO_", "GIT_", "GH_", "GITHUB_", "GITLAB_", "BITBUCKET_", "BUILD_", "CI_")
FOREIGN_NAMES = ("CI", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM")
OURS = ("SMSOPS_TWILIO_OAI", "SMSOPS_PACKAGE_INDEX")
"""The folder of Twilio's API description, and whether tests may install packages; all else that smsops reads goes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a property repeats many times says nothing more of which lines ran, and tracing it takes longest."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """In a worker pytest-cov stops one of two tracers for `no_cover`, and the other one goes on: here none does."""
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    traces = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(traces[0])
        threading.settrace(traces[1])


@pytest.fixture(autouse=True)
def _collectable() -> Iterator[None]:
    """A command keeps what it has read from the collector to the end of its process, and here one process runs many:
    connections that nothing refers to any more would stay open.
    """
    yield
    gc.unfreeze()


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
