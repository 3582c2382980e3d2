"""Secrets by reference: each source, each way it fails, and that nothing of the secret is ever said."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest

from smsops.errors import ExitCode, SecretError
from smsops.project import SecretKind, SecretRef
from smsops.secrets import SOURCES, command, file, resolve
from smsops.secrets.base import Secret

TOKEN = "7d1f00c0ffee7d1f00c0ffee7d1f00c0"


def ref(kind: SecretKind, *target: str) -> SecretRef:
    return SecretRef(kind=kind, target=target)


def program(code: str) -> SecretRef:
    return ref(SecretKind.COMMAND, sys.executable, "-c", code)


def refused(reference: SecretRef, root: Path, environ: dict[str, str] | None = None) -> SecretError:
    with pytest.raises(SecretError) as raised:
        resolve(reference, root=str(root), environ=environ or {})
    error = raised.value
    assert (error.exit_code, error.code) == (ExitCode.AUTH, "SMS409")
    assert error.hint
    assert TOKEN not in error.message + error.hint
    assert error.__cause__ is None
    return error


def test_every_kind_of_reference_has_a_source() -> None:
    assert set(SOURCES) == set(SecretKind)


def test_a_secret_comes_from_the_environment_that_is_handed_in(tmp_path: Path) -> None:
    found = resolve(ref(SecretKind.ENV, "US_TOKEN"), root=str(tmp_path), environ={"US_TOKEN": TOKEN})
    assert found.reveal() == TOKEN


def test_a_missing_and_an_empty_variable_are_told_apart(tmp_path: Path) -> None:
    assert "US_TOKEN is not set" in refused(ref(SecretKind.ENV, "US_TOKEN"), tmp_path).message
    assert "US_TOKEN is empty" in refused(ref(SecretKind.ENV, "US_TOKEN"), tmp_path, {"US_TOKEN": ""}).message


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_may_end_with_one_line_break(ending: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes((TOKEN + ending).encode())
    assert resolve(ref(SecretKind.FILE, "token"), root=str(tmp_path), environ={}).reveal() == TOKEN


def test_a_file_may_lie_anywhere(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.write_text(TOKEN)
    assert resolve(ref(SecretKind.FILE, str(place)), root="/", environ={}).reveal() == TOKEN


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (TOKEN.encode() + b"\n\n", "line break"),
        (TOKEN.encode() + b" x", "space"),
        (b"X-Header: 1\r\n" + TOKEN.encode(), "line break"),
        (b"\xff\xfe" + TOKEN.encode(), "plain text"),
        (TOKEN.encode() + b"\x00", "printable"),
        (TOKEN.encode() + "é".encode(), "plain text"),
        (TOKEN.encode() * 1000, "larger than"),
    ],
)
def test_a_file_that_holds_anything_else_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    assert words in refused(ref(SecretKind.FILE, "token"), tmp_path).message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert "no such file" in refused(ref(SecretKind.FILE, "token"), tmp_path).message
    (tmp_path / "folder").mkdir()
    assert "not a regular file" in refused(ref(SecretKind.FILE, "folder"), tmp_path).message
    assert "NUL" in refused(ref(SecretKind.FILE, "a\0b"), tmp_path).message
    assert "too long" in refused(ref(SecretKind.FILE, "x" * 5000), tmp_path).message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refused(ref(SecretKind.FILE, "pipe"), tmp_path).message


def test_the_bound_of_a_file_is_exact(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x" * file.MAX_BYTES)
    assert len(resolve(ref(SecretKind.FILE, "token"), root=str(tmp_path), environ={}).reveal()) == file.MAX_BYTES


def test_a_command_prints_the_secret(tmp_path: Path) -> None:
    found = resolve(program(f"print({TOKEN!r})"), root=str(tmp_path), environ=dict(os.environ))
    assert found.reveal() == TOKEN


def test_a_command_runs_in_the_project_with_the_environment_that_is_handed_in(tmp_path: Path) -> None:
    code = "import os; print(os.path.basename(os.getcwd()) + os.environ['SUFFIX'])"
    found = resolve(program(code), root=str(tmp_path), environ={**os.environ, "SUFFIX": "-x"})
    assert found.reveal() == f"{tmp_path.name}-x"


def test_a_command_has_no_shell(tmp_path: Path) -> None:
    error = refused(ref(SecretKind.COMMAND, f"echo {TOKEN[:4]}; true"), tmp_path, dict(os.environ))
    assert "cannot be started" in error.message


def test_a_command_gets_no_input(tmp_path: Path) -> None:
    code = f"import sys; print({TOKEN!r} if sys.stdin.read() == '' else 'input')"
    assert resolve(program(code), root=str(tmp_path), environ=dict(os.environ)).reveal() == TOKEN


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (f"import sys; print({TOKEN!r}); print({TOKEN!r}, file=sys.stderr); sys.exit(3)", "exit code 3"),
        ("pass", "printed nothing"),
        (f"print({TOKEN!r}); print('more')", "line break"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')", "printable"),
        ("print('x' * 100_000)", "more than"),
    ],
)
def test_a_command_that_does_anything_else_is_refused(
    code: str, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert words in refused(program(code), tmp_path, dict(os.environ)).message
    assert TOKEN not in "".join(capfd.readouterr())


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert "no-such-program" in refused(ref(SecretKind.COMMAND, "no-such-program"), tmp_path).message
    assert "cannot be started" in refused(ref(SecretKind.COMMAND, "a\0b"), tmp_path).message


def test_a_command_that_never_ends_is_ended(tmp_path: Path) -> None:
    for first in ("pass", "os.close(1)"):
        forever = [sys.executable, "-c", f"import os, threading; {first}; threading.Event().wait()"]
        with pytest.raises(SecretError, match=r"within 0\.3 seconds"):
            command.read(forever, str(tmp_path), os.environ, timeout_s=0.3)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(TOKEN)
    assert [repr(secret), str(secret), f"{secret}", f"{secret:>40}"] == ["****"] * 4
    with pytest.raises(TypeError):
        pickle.dumps(secret)
