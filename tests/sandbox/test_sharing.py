"""One database, several processes; and databases that cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from smsops.errors import SmsopsError
from smsops.sandbox.server import Sandbox
from smsops.sandbox.store import reset
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, NUMBERS, P1, P2

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from smsops.sandbox.server import Sandbox

    account, name, count = sys.argv[2], sys.argv[3], int(sys.argv[4])
    with Sandbox(Path(sys.argv[1])) as box:
        box.ensure_account(account, numbers=sys.argv[5:])
        for n in range(count):
            box.console.create_service(account, f"{name}-{n}")
    print("done")
    """
)


def writer(database: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(database), ACCOUNT, name, str(count), *NUMBERS]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_what_one_sandbox_writes_the_other_reads_at_once(tmp_path: Path) -> None:
    database = tmp_path / "state" / "sandbox.db"
    with Sandbox(database) as one, Sandbox(database) as two:
        given = one.ensure_account(ACCOUNT, numbers=NUMBERS)
        assert two.ensure_account(ACCOUNT, numbers=NUMBERS) == given
        with Caller(one, given) as first, Caller(two, given) as second:
            sid = first.create_service("orders")
            assert first.add(sid, P1).status == 201
            assert second.pool(sid) == ["+12065550101"]
            assert second.add(sid, P1).error == (409, 21710)
            assert second.add(sid, P2).status == 201
            assert first.pool(sid) == ["+12065550101", "+12065550102"]


def test_two_processes_open_and_fill_a_new_database_at_once(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    running = [writer(database, name, 25) for name in ("a", "b")]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert (out, err) == ("done\n", "")
    with Sandbox(database) as box, Caller(box, box.ensure_account(ACCOUNT)) as caller:
        assert sorted(caller.names()) == sorted(f"{name}-{n}" for name in "ab" for n in range(25))
        numbers = caller.call("GET", f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json")
        assert len(numbers.body["incoming_phone_numbers"]) == len(NUMBERS)


def test_the_state_outlives_the_process(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    with Sandbox(database) as box, Caller(box, box.ensure_account(ACCOUNT, numbers=NUMBERS)) as caller:
        sid = caller.create_service("orders")
        caller.add(sid, P1)
    with Sandbox(database) as box, Caller(box, box.ensure_account(ACCOUNT, numbers=NUMBERS)) as caller:
        assert caller.pool(sid) == ["+12065550101"]


def damaged(path: Path) -> None:
    path.write_bytes(b"this is no database, and it is long enough to show it\n" * 100)


def torn(path: Path) -> None:
    with Sandbox(path):
        pass
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


def scrambled(path: Path) -> None:
    """The first page, with the list of tables, is whole; the others are not."""
    with Sandbox(path) as box:
        box.ensure_account("AC" + "0" * 32, numbers=["+12065550101"])
    content = path.read_bytes()
    size = int.from_bytes(content[16:18], "big")
    path.write_bytes(content[:size] + b"\xa5" * (len(content) - size))


def without_a_table(path: Path) -> None:
    with Sandbox(path):
        pass
    with sqlite3.connect(path) as rows:
        rows.execute("DROP TABLE members")
    rows.close()


def without_an_index(path: Path) -> None:
    with Sandbox(path):
        pass
    with sqlite3.connect(path) as rows:
        rows.execute("DROP INDEX owned_by_value")
    rows.close()


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as rows:
        rows.execute("CREATE TABLE songs (title TEXT)")
    rows.close()


def newer(path: Path) -> None:
    with Sandbox(path):
        pass
    with sqlite3.connect(path) as rows:
        rows.execute("PRAGMA user_version = 99")
    rows.close()


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [damaged, torn, scrambled, without_a_table, without_an_index, foreign, newer, folder])
def test_a_database_that_cannot_be_used_says_what_to_do(tmp_path: Path, spoil: object) -> None:
    database = tmp_path / "sandbox.db"
    assert callable(spoil)
    spoil(database)
    with pytest.raises(SmsopsError, match="cannot be used") as caught:
        Sandbox(database)
    assert "smsops sandbox reset" in caught.value.hint
    assert str(database) in caught.value.message


def test_a_path_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(SmsopsError, match="cannot be used"):
        Sandbox(tmp_path / "file" / "sandbox.db")


def test_reset_deletes_the_database_and_its_side_files(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).write_bytes(b"x")
    (tmp_path / "sandbox.db.txt").write_bytes(b"mine")
    assert reset(database) is True
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.db.txt"]
    assert reset(database) is False
    with Sandbox(database):
        pass


def test_reset_says_when_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(SmsopsError, match="cannot be deleted"):
        reset(tmp_path)
