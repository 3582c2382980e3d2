"""Finding the project and walking the channels folder, with everything that a file system can hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsops.diagnostics import Severity
from smsops.errors import ExitCode, ProjectError
from smsops.files.load import load_project
from smsops.files.root import find_root
from tests.files.snippets import CHANNEL, PROJECT, write_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_project(tmp_path, "")
    return tmp_path


def places(root: Path) -> list[tuple[str, str]]:
    return [(finding.location.path, finding.code) for finding in load_project(root).findings]


def channel(root: Path, name: str, number: int, folder: str = "channels") -> Path:
    path = root / folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CHANNEL.format(name=name).replace("+12065550101", f"+1206555{number:04}"), encoding="utf-8")
    return path


def test_the_project_is_found_from_a_folder_below(root):
    deep = root / "channels" / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(deep) == root
    assert load_project(deep).files == 2


def test_no_project_is_a_usage_error_that_names_the_folder(tmp_path):
    with pytest.raises(ProjectError) as caught:
        load_project(tmp_path)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.code == "SMS101"
    assert caught.value.hint


def test_a_config_that_is_not_there_is_a_usage_error(root):
    with pytest.raises(ProjectError):
        load_project(root, root / "other.yaml")


def test_another_config_is_the_project_and_its_folder_the_root(root, tmp_path):
    (root / "staging.yaml").write_text(PROJECT.replace("version: 1", "version: 1\nchannels: more"), encoding="utf-8")
    channel(root, "one", 7, "more")
    loaded = load_project(tmp_path / "nowhere", root / "staging.yaml")
    assert loaded.project is not None
    assert (loaded.project.path, loaded.project.root) == ("staging.yaml", str(root))
    assert loaded.paths == ("more/one.yaml", "staging.yaml")


def test_a_project_file_that_is_a_folder_is_a_finding(tmp_path):
    (tmp_path / "smsops.yaml").mkdir()
    (tmp_path / "channels").mkdir()
    loaded = load_project(tmp_path)
    assert loaded.project is None
    assert [finding.code for finding in loaded.findings] == ["SMS103"]


def test_channels_are_found_in_folders_sorted_and_of_both_endings(root):
    channel(root, "b", 2, "channels/z")
    channel(root, "c", 3).rename(root / "channels" / "c.yml")
    channel(root, "d", 4, "channels/.hidden")
    (root / "channels" / ".swap.yaml").write_text("not read", encoding="utf-8")
    (root / "channels" / "README.md").write_text("not read", encoding="utf-8")
    loaded = load_project(root)
    assert loaded.findings == ()
    assert [channel.path for channel in loaded.channels] == [
        "channels/c.yml",
        "channels/example.yaml",
        "channels/z/b.yaml",
    ]
    assert loaded.files == 4


def test_what_is_no_regular_file_is_a_finding_and_hides_no_other(root):
    (root / "channels" / "folder.yaml").mkdir()
    os.symlink("nowhere.yaml", root / "channels" / "broken.yaml")
    os.mkfifo(root / "channels" / "pipe.yaml")
    os.symlink("loop.yaml", root / "channels" / "loop.yaml")
    channel(root, "wrong", 101)
    assert places(root) == [
        ("channels/broken.yaml", "SMS103"),
        ("channels/folder.yaml", "SMS103"),
        ("channels/loop.yaml", "SMS103"),
        ("channels/pipe.yaml", "SMS103"),
        ("channels/wrong.yaml", "SMS304"),
    ]


def test_a_folder_with_the_name_of_a_channel_file_is_told_as_that(root):
    (root / "channels" / "foo.yml").mkdir()
    (finding,) = load_project(root).findings
    assert finding.message == "This is a folder with the name of a channel file."


def test_an_empty_file_is_told_what_to_begin_with(root):
    (root / "channels" / "none.yaml").write_text("", encoding="utf-8")
    (root / "smsops.yaml").write_text("# nothing\n", encoding="utf-8")
    channel_file, project_file = load_project(root).findings
    assert channel_file.hint == "Copy another channel file, or start from the example in README.md."
    assert project_file.hint == "Write version: 1 and accounts:; `smsops schema project` shows the rest."


def test_a_renamed_channel_is_told_to_pin_its_service(root):
    path = root / "channels" / "example.yaml"
    renamed = path.rename(path.with_name("renamed.yaml"))
    (finding,) = load_project(root).findings
    assert "pin its service (messaging_service_sid) before the first apply under the new name" in finding.hint
    with renamed.open("a", encoding="utf-8") as file:
        file.write("messaging_service_sid: MG00000000000000000000000000000101\n")
    (finding,) = load_project(root).findings
    assert finding.hint == "Change the name or rename the file."


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser can read every file")
def test_a_file_without_permission_is_a_finding(root):
    channel(root, "closed", 5).chmod(0)
    assert places(root) == [("channels/closed.yaml", "SMS103")]


def test_a_link_out_of_the_project_is_not_followed(root, tmp_path_factory):
    outside = channel(tmp_path_factory.mktemp("outside"), "stranger", 6)
    os.symlink(outside, root / "channels" / "stranger.yaml")
    os.symlink(outside.parent, root / "channels" / "folder")
    assert places(root) == [("channels/folder", "SMS103"), ("channels/stranger.yaml", "SMS103")]


def test_a_channels_folder_that_links_out_of_the_project_is_refused(root, tmp_path_factory):
    os.symlink(tmp_path_factory.mktemp("outside"), root / "linked")
    (root / "smsops.yaml").write_text("channels: linked\n" + PROJECT, encoding="utf-8")
    assert places(root) == [("smsops.yaml", "SMS116")]


def test_a_link_to_a_folder_of_the_project_is_followed_once_and_a_circle_ends(root):
    channel(root, "shared", 8, "library")
    os.symlink("../library", root / "channels" / "library")
    os.symlink("..", root / "channels" / "circle")
    loaded = load_project(root)
    names = sorted(channel.name for channel in loaded.channels)
    assert names == ["example", "shared"]


@pytest.mark.parametrize(
    ("depth", "codes"), [(1_500, []), (3_000, ["SMS103"])], ids=["than Python recurses", "than a path is long"]
)
def test_folders_may_nest_deeper(depth, codes, root, monkeypatch):
    monkeypatch.chdir(root / "channels")
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    try:
        loaded = load_project(root)
        assert [channel.name for channel in loaded.channels] == ["example"]
        assert [finding.code for finding in loaded.findings] == codes
    finally:
        # Removing temporary folders recurses too, so the test takes its own away.
        for _ in range(depth):
            os.chdir("..")
            os.rmdir("d")


def test_a_file_name_that_is_not_text_is_shown_and_does_not_stop_the_run(root):
    name = os.fsencode(root / "channels") + b"/caf\xe9.yaml"
    Path(os.fsdecode(name)).write_bytes(b"name: x\n")
    found = load_project(root).findings
    assert found[0].location.path == "channels/caf\ufffd.yaml"
    assert str(found).encode("utf-8")


def test_the_channels_of_a_broken_project_are_still_read(root):
    (root / "smsops.yaml").write_bytes(b"accounts: {")
    loaded = load_project(root)
    assert loaded.project is None
    assert [channel.name for channel in loaded.channels] == ["example"]


def test_a_warning_does_not_leave_the_channel_out(root):
    path = root / "channels" / "example.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"', ""), encoding="utf-8")
    loaded = load_project(root)
    assert [finding.severity for finding in loaded.findings] == [Severity.WARNING]
    assert len(loaded.channels) == 1


def test_the_same_project_gives_the_same_findings_in_the_order_of_their_places(root):
    for number in range(20):
        channel(root, f"c{number}", number % 7)
    first, second = load_project(root).findings, load_project(root).findings
    assert first == second
    assert list(first) == sorted(first, key=lambda finding: finding.sort_key)
    assert len(first) == 20 - 7


def test_a_project_can_be_read_without_the_provider(root):
    code = f"""
import sys
from pathlib import Path
from smsops.files.load import load_project
assert load_project(Path({str(root)!r})).channels
heavy = {{"twilio", "requests", "aiohttp", "urllib3", "click"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
