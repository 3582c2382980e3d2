"""Every command of the tutorial runs, in order, as somebody types it who begins with an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from smsops.cli.boundary import run as run_argv

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"  # exit code (\d+)$")


@dataclass(frozen=True, slots=True)
class Step:
    """A command with what it should print, or a file with its text."""

    line: str
    shown: tuple[str, ...] = ()
    code: int = 0
    text: str | None = None


def steps(page: str) -> Iterator[Step]:
    for kind, block in _BLOCK.findall(page):
        if kind == "yaml":
            yield Step(block.splitlines()[0].removeprefix("# "), text=block)
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *shown = part.splitlines()
            expected = _EXPECTED.search(line)
            code = int(expected[1]) if expected else 0
            yield Step(_EXPECTED.sub("", line), tuple(filter(None, shown)), code)


@pytest.fixture
def beginner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with an empty folder, and with a name and no other settings in git."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }.items():
        monkeypatch.setenv(name, value)


def typed(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    match words:
        case ["smsops", *argv]:
            return run_argv(argv)
        case ["mkdir", folder]:
            Path(folder).mkdir()
        case ["cd", folder]:
            monkeypatch.chdir(folder)
        case ["export", setting]:
            monkeypatch.setenv(*setting.split("=", 1))
        case ["git", *_]:
            return subprocess.run(words, check=False).returncode
        case _:
            pytest.fail(f"The tutorial has a command that this test does not know: {words}")
    return 0


@pytest.mark.usefixtures("beginner")
def test_every_command_runs_and_prints_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    done = []
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if step.text is not None:
            Path(step.line).write_text(step.text, encoding="utf-8")
            continue
        capfd.readouterr()
        code = typed(shlex.split(step.line), monkeypatch)
        streams = capfd.readouterr()
        assert code == step.code, (step.line, streams)
        for shown in step.shown:
            pattern = ".*".join(re.escape(part) for part in shown.split("…"))
            assert re.search(f"^{pattern}$", streams.out, re.MULTILINE) or shown == "…", (step.line, shown, streams)
        done.append(step.line)
    assert len(done) > 20
    assert {"smsops plan", "smsops apply --yes", "smsops audit verify"} <= set(done)
