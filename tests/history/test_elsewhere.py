"""Where git's own files of a commit may not show all channels that it had."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.git import Repository
from smsops.history.elsewhere import may_have_more
from tests.history.objects import FILE, GITLINK, LINK, Line, Store
from tests.history.stories import channel, project


@pytest.mark.parametrize(
    ("path", "mode", "folder", "more"),
    [
        ("channels/team", LINK, "channels", True),
        ("channels/team", GITLINK, "channels", True),
        ("channels", LINK, "channels", True),
        ("sms/sub/team", LINK, "./sms/", True),
        ("channels/team", LINK, "sms", False),
        ("docs/team", LINK, ".", True),
        ("docs/team", LINK, "channels", False),
        ("channels/b.yaml", LINK, "channels", False),
        ("channels/team", FILE, "channels", False),
    ],
)
def test_a_folder_that_lies_elsewhere_may_hold_channels(
    tmp_path: Path, path: str, mode: str, folder: str, more: bool
) -> None:
    line = Line(Store())
    line.files[path] = (mode, b"12" * 20)
    tip = line.commit("One", {"smsops.yaml": project(channels=folder), "sms/a.yaml": channel("a", 1)})
    repository = Repository(line.store.write(tmp_path / "linked", tip))
    assert may_have_more(repository, "smsops.yaml", tip) is more


def test_before_the_project_was_there_nobody_can_tell(tmp_path: Path) -> None:
    line = Line(Store())
    old = line.commit("Another name", {"sms.yaml": project(), "channels/a.yaml": channel("a", 1)})
    new = line.commit("The name of today", {"smsops.yaml": project()}, "sms.yaml")
    repository = Repository(line.store.write(tmp_path / "renamed", new))
    assert [may_have_more(repository, "smsops.yaml", commit) for commit in (old, new)] == [True, False]
