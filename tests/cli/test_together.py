"""Several files are written together or not at all."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smsops.cli.together import Content, write_together
from smsops.errors import SmsopsError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.yaml").write_bytes(b"old")
    (tmp_path / "b.yaml").chmod(0o640)
    return tmp_path


def contents(folder: Path, **more: Content) -> dict[Path, Content]:
    said = {"a": Content(after=b"new a", before=None), "b": Content(after=b"new b", before=b"old"), **more}
    return {folder / f"{name}.yaml": content for name, content in said.items()}


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """No file may become larger, as on a full disk."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)


def as_before(folder: Path, *others: str) -> bool:
    assert (folder / "b.yaml").read_bytes() == b"old"
    return sorted(path.name for path in folder.iterdir()) == sorted(["b.yaml", *others])


def test_all_are_written_and_keep_their_modes(folder: Path):
    write_together(contents(folder))
    assert (folder / "a.yaml").read_bytes() == b"new a"
    assert (folder / "b.yaml").read_bytes() == b"new b"
    assert (folder / "b.yaml").stat().st_mode & 0o777 == 0o640
    assert len(list(folder.iterdir())) == 2


def test_a_link_stays_one_and_what_it_leads_to_changes(folder: Path):
    (folder / "link.yaml").symlink_to("b.yaml")
    write_together({folder / "link.yaml": Content(after=b"new b", before=b"old")})
    assert (folder / "link.yaml").is_symlink()
    assert (folder / "b.yaml").read_bytes() == b"new b"


def test_a_full_disk_leaves_nothing_behind(folder: Path):
    with little_room(100), pytest.raises(SmsopsError, match=r"File too large. Nothing was written\."):
        write_together(contents(folder, c=Content(after=b"x" * 1000, before=None)))
    assert as_before(folder)


def test_what_fails_in_the_middle_takes_back_what_is_there_already(folder: Path):
    (folder / "c.yaml").symlink_to("loop.yaml")
    (folder / "loop.yaml").mkdir()
    with pytest.raises(SmsopsError, match="Nothing was written"):
        write_together({**contents(folder), folder / "loop.yaml": Content(after=b"x", before=None)})
    assert as_before(folder, "c.yaml", "loop.yaml")


def test_an_interruption_takes_back_what_is_there_already(folder: Path):
    class Interrupted(type(folder)):  # type: ignore[misc]
        def replace(self, target):
            raise KeyboardInterrupt

    late = Interrupted(folder / "c.yaml")
    with pytest.raises(KeyboardInterrupt):
        write_together({**contents(folder), late: Content(after=b"c", before=None)})
    assert as_before(folder)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (Content(after=b"c", before=b"older"), "has changed meanwhile"),
        (Content(after=b"c", before=None), "is there meanwhile"),
    ],
)
def test_a_file_that_is_not_as_it_was_is_not_replaced(folder: Path, content: Content, why: str):
    (folder / "c.yaml").write_bytes(b"other")
    with pytest.raises(SmsopsError, match=why):
        write_together(contents(folder, c=content))
    assert as_before(folder, "c.yaml")
    assert (folder / "c.yaml").read_bytes() == b"other"


def test_a_read_only_file_is_not_replaced(folder: Path):
    (folder / "b.yaml").chmod(0o440)
    with pytest.raises(SmsopsError, match="read-only"):
        write_together(contents(folder))
    assert as_before(folder)


def test_a_folder_that_is_not_there_is_told(folder: Path):
    with pytest.raises(SmsopsError, match=r"c\.yaml cannot be written: No such file or directory\. Nothing"):
        write_together({**contents(folder), folder / "sub" / "c.yaml": Content(after=b"c", before=None)})
    assert as_before(folder)


def test_what_cannot_be_put_back_keeps_its_old_content_and_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "c.yaml").write_bytes(b"old c")
    replace = Path.replace

    def failing(path: Path, target: Path) -> Path:
        if path.name.startswith(".c.yaml") or path.name.endswith(".old"):
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(SmsopsError, match=r"c\.yaml cannot be written: Input/output error\.$") as refused:
        write_together(contents(folder, c=Content(after=b"new c", before=b"old c")))
    kept = {path.name.split(".")[1]: path.read_bytes() for path in folder.glob(".*.old")}
    assert kept["b"] == b"old"
    assert ".old" in refused.value.hint
    assert not (folder / "a.yaml").exists()
    assert not list(folder.glob(".*.new"))
