"""Every test of the locks runs as on a machine where git was never set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.repositories import without_settings


@pytest.fixture(autouse=True)
def _no_settings(_own_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_settings(monkeypatch, tmp_path / "home")
