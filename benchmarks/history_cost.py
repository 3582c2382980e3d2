"""What the past costs: 20,000 commits over 5,000 files, against `git log --raw` over the same range."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, medians

COMMITS = 20_000
FEW_COMMITS = 5_000
"""Where all files lie in one folder: git needs more than a minute to write 20,000 commits of that."""
FILES = 5_000
_PROJECT = (
    "version: 1\naccounts:\n  us:\n    provider: twilio\n"
    "    account_sid: AC00000000000000000000000000000101\n    auth_token: {env: US_TOKEN}\n"
)
_POPULATION = """
import sys
from pathlib import Path
from smsops.git import Repository
from smsops.history.chronicle import chronicle
told, *_ = chronicle(Repository(Path(sys.argv[1])), "smsops.yaml", applies=[])
assert sum(len(past.versions) for past in told.pasts) >= int(sys.argv[2])
"""


def rows() -> list[Row]:
    """One channel as a whole process, and everything with all contents, read and joined but not printed.

    All files in one folder is what `smsops init` starts with, and where git itself takes long: it reads a tree of 5,000
    entries for each commit. In many folders git has least to do, so there the claim is hardest to keep.
    """
    many = _rows(f"{COMMITS:,} commits, 50 folders", folders=50, commits=COMMITS, times=5)
    few = _rows(f"{FEW_COMMITS:,} commits, one folder", folders=1, commits=FEW_COMMITS, times=1)
    return [*many, *few]


def _rows(layout: str, *, folders: int, commits: int, times: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        stream = b"".join(_stream(folders, commits))
        subprocess.run(["git", "-C", folder, "fast-import", "--quiet", "--done"], input=stream, check=True)
        subprocess.run(["git", "-C", folder, "checkout", "-q", "HEAD", "--", "smsops.yaml"], check=True)
        log, one, everything = medians(
            ["git", "log", "--raw"],
            [sys.executable, "-m", "smsops", "history", "channel-00007"],
            [sys.executable, "-c", _POPULATION, folder, str(FILES + commits - 1)],
            times=times,
            cwd=root,
        )
    return [
        Row(what=f"history of one channel, {layout}", measured=one, against=log, versus="git log --raw", at_most=1.5),
        Row(what=f"history of all, {layout}", measured=everything, against=log, versus="git log --raw", at_most=4),
    ]


def _stream(folders: int, commits: int) -> Iterator[bytes]:
    """Everything in the first commit, and one changed URL in each that follows."""
    drawn = random.Random(1)
    versions = [0] * FILES
    for place in range(commits):
        who = f"Ann <ann@example.com> {1_700_000_000 + place * 60} +0000"
        yield f"commit refs/heads/main\nmark :{place + 1}\nauthor {who}\ncommitter {who}\n".encode()
        yield _data(f"change {place} (#{place})")
        if place:
            yield f"from :{place}\n".encode()
        else:
            yield b"M 100644 inline smsops.yaml\n" + _data(_PROJECT)
        for index in [drawn.randrange(FILES)] if place else range(FILES):
            path = f"channels/team-{index % folders:02}/channel-{index:05}.yaml"
            yield f"M 100644 inline {path}\n".encode() + _data(_channel(index, versions[index]))
            versions[index] += 1
    yield b"done\n"


def _data(text: str) -> bytes:
    return f"data {len(text.encode())}\n{text}\n".encode()


def _channel(index: int, version: int) -> str:
    return (
        f"name: channel-{index:05}\ndescription: Number {index}\nprovider: twilio\naccount: us\n"
        f"direction: inbound-and-outbound\nwebhook_url: https://hooks-{index}.example.com/sms/v{version}\n"
        f"status_callback_url: https://hooks-{index}.example.com/status\nphone_numbers:\n"
        f'  - number: "+1206{5_000_000 + index * 2:07}"\n    label: Desk {index}\n'
        f'  - "+1206{5_000_001 + index * 2:07}"\nowner: {{team: care, email: care@example.com}}\n'
    )
