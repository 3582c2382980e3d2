"""The ledger as a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsops.errors import LedgerError
from smsops.ledger.folder import Folder
from smsops.ledger.shelf import Shelf

ONE = "records/clinic/1.json"
TWO = "records/west/2.json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / ".smsops" / "ledger"


def test_before_the_first_record_there_is_nothing_on_disk(root: Path, tmp_path: Path) -> None:
    shelf: Shelf = Folder(root)
    shelf.refresh()
    assert shelf.paths() == ()
    assert not (tmp_path / ".smsops").exists()


def test_what_was_written_can_be_read_and_replaced(root: Path) -> None:
    shelf = Folder(root)
    shelf.write(TWO, b"2", "m")
    shelf.write(ONE, b"old", "m")
    shelf.write(ONE, b"\x00\xff", "m")
    assert shelf.paths() == Folder(root).paths() == (ONE, TWO)
    assert shelf.read(ONE) == b"\x00\xff"
    assert (root.parent / ".gitignore").read_text() == "*\n"


def test_half_a_record_and_other_files_are_not_listed(root: Path) -> None:
    shelf = Folder(root)
    shelf.write(ONE, b"1", "m")
    (root / "records" / "clinic" / ".2.json.tmp").write_text("{")
    (root / "records" / "clinic" / ".3.json").write_text("{")
    (root / "records" / "clinic" / "notes").write_text("")
    assert shelf.paths() == (ONE,)


def test_what_cannot_be_read_listed_or_written_is_an_error_that_says_where(root: Path) -> None:
    shelf = Folder(root)
    with pytest.raises(LedgerError, match=r"records/clinic/1\.json in \.smsops/ledger cannot be read: No such file"):
        shelf.read(ONE)
    root.parent.mkdir()
    root.write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match=r"cannot be written to \.smsops/ledger: Not a directory"):
        shelf.write(ONE, b"1", "m")
    root.unlink()
    root.symlink_to("ledger")
    with pytest.raises(LedgerError, match="cannot be listed: Too many levels of symbolic links"):
        shelf.paths()


def test_it_says_where_it_is(root: Path) -> None:
    assert Folder(root).describe() == ".smsops/ledger"
