"""The past of channels by the slowest and plainest way: every commit is read whole and compared with the one before."""

from __future__ import annotations

import json
import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smsops.files.yamlfile import read_yaml
from tests.history.objects import GITLINK, LINK, Files

Change = tuple[str, str | None, str | None]
"""Key, before and after."""


@dataclass(frozen=True)
class Version:
    channel: str
    kind: str
    path: str
    was_channel: str
    was_path: str
    changes: frozenset[Change]
    commit: str


@dataclass
class Life:
    name: str
    path: str
    exists: bool = True
    flat: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    versions: list[Version] = field(default_factory=list)
    blame: dict[str, str] = field(default_factory=dict)
    """By key, the commit that set it."""

    @property
    def account(self) -> str:
        return self.flat.get("account", "")


def git_snapshots(root: Path, project: str) -> Iterator[tuple[str, Files]]:
    """Every commit of the main line with all files below the project's folder."""
    for commit in _git(root, "rev-list", "--first-parent", "--reverse", "HEAD").decode().split():
        files: Files = {}
        listed = [
            line.split("\t", 1) for line in os.fsdecode(_git(root, "ls-tree", "-r", "-z", commit)).split("\0") if line
        ]
        wanted = [(path, *about.split(" ")) for about, path in listed if path.lower().endswith((".yaml", ".yml"))]
        blobs = _blobs(root, [id for _, mode, _, id in wanted if mode != GITLINK])
        for path, mode, _, id in wanted:
            files[path] = (mode, id.encode() if mode == GITLINK else next(blobs))
        yield commit, files


def _git(root: Path, *words: str, input: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", str(root), *words], input=input, capture_output=True, check=True).stdout


def _blobs(root: Path, ids: list[str]) -> Iterator[bytes]:
    rest = _git(root, "cat-file", "--batch", input="".join(f"{id}\n" for id in ids).encode())
    for _ in ids:
        head, _, rest = rest.partition(b"\n")
        size = int(head.split()[2])
        yield rest[:size]
        rest = rest[size + 1 :]


def states(snapshots: Iterable[tuple[str, Files]], project_file: str = "smsops.yaml") -> Iterator[list[Life]]:
    """All channels that there ever were, as they are at each commit."""
    lives: list[Life] = []
    here: dict[str, tuple[str, bytes]] = {}
    project: dict[str, str] = {}
    folder = "channels"
    for commit, files in snapshots:
        readable, value = read(*files[project_file]) if project_file in files else (True, {})
        if readable:
            folder = posixpath.normpath(str(value.get("channels", "channels")))
            flat = flatten(value)
            _project_changed(lives, commit, project_file, project, flat)
            project = flat
        now = {path: kept for path, kept in files.items() if path != project_file and is_channel(path, kept[0], folder)}
        _channels_changed(lives, commit, here, now)
        here = now
        yield deepcopy(lives)


def read(mode: str, data: bytes) -> tuple[bool, dict[str, Any]]:
    """Whether a file can be read, and what it says."""
    document, findings = read_yaml(data, "")
    value = document.value
    wrong = mode == LINK or any(found.severity == "error" for found in findings) or not isinstance(value, dict)
    return (False, {}) if wrong else (True, value)  # type: ignore[return-value]


def is_channel(path: str, mode: str, folder: str) -> bool:
    inside = path if folder == "." else path[len(folder) + 1 :] if path.startswith(f"{folder}/") else ""
    *folders, name = inside.split("/")
    yaml = (".yaml", ".yml")
    hidden = any(part.startswith(".") for part in (*folders, name))
    odd = any(part.lower().endswith(yaml) for part in folders)
    return name.lower().endswith(yaml) and not hidden and not odd and mode != GITLINK


def stem(path: str) -> str:
    return os.path.splitext(posixpath.basename(path).lstrip("."))[0]


def flatten(value: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}

    def put(key: str, inside: Any) -> None:
        if isinstance(inside, dict) and inside:
            for name in inside:
                put(f"{key}.{name}", inside[name])
        else:
            flat[key] = as_text(inside)

    for key, inside in value.items():
        if key != "phone_numbers" or not isinstance(inside, list):
            put(f".{key}" if is_number(key) else key, inside)
            continue
        for entry in inside:
            told = entry["number"] if isinstance(entry, dict) and "number" in entry else entry
            told = None if isinstance(told, dict) else told
            name = str(told) if is_number(told) else f"phone_numbers {as_text(told)}"
            flat[name] = ""
            if isinstance(entry, dict):
                flat |= {f"{name} {key}": as_text(item) for key, item in entry.items() if key != "number"}
    return flat


def is_number(value: object) -> bool:
    digits = value[1:] if isinstance(value, str) and value.startswith("+") else ""
    return 0 < len(digits) <= 20 and digits.isascii() and digits.isdecimal()


def as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, sort_keys=True)


def compared(before: dict[str, str], after: dict[str, str]) -> frozenset[Change]:
    return frozenset(
        (key, hidden(key, before.get(key)), hidden(key, after.get(key)))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    )


def hidden(key: str, text: str | None) -> str | None:
    """The stories hold one kind of secret."""
    return "****" if text and key.endswith("auth_token") else text


def _project_changed(lives: list[Life], commit: str, path: str, before: dict[str, str], after: dict[str, str]) -> None:
    changes = compared(before, after)
    for life in lives:
        mine = frozenset(
            change
            for change in changes
            if not change[0].startswith("accounts.") or change[0].split(".")[1] == life.account
        )
        if life.exists and mine:
            life.versions.append(Version(life.name, "project", path, "", "", mine, commit))


def _channels_changed(lives: list[Life], commit: str, before: Files, after: Files) -> None:
    by_path = {life.path: life for life in lives if life.exists}
    gone = [path for path in sorted(before) if path not in after]
    come = [path for path in sorted(after) if path not in before]
    flats = {path: flatten(read(*after[path])[1]) for path in after}
    pairs = _pairs(gone, come, {path: by_path[path].flat for path in gone}, flats)
    for old, new in pairs:
        _becomes(by_path[old], new, after[new], commit)
    for path in sorted(after):
        if path in before and before[path] != after[path]:
            _becomes(by_path[path], path, after[path], commit)
    for path in come:
        if path not in {new for _, new in pairs}:
            _becomes(_born(lives, path), path, after[path], commit)
    for path in gone:
        if path not in {old for old, _ in pairs}:
            life = by_path[path]
            changes = compared(life.flat, {})
            life.versions.append(Version(life.name, "deleted", path, "", "", changes, commit))
            life.exists, life.flat, life.blame, life.broken = False, {}, {}, False
            lives.remove(life)
            lives.append(life)  # of several dead ones with a name, the one that died last comes back


def _pairs(
    gone: list[str], come: list[str], before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> list[tuple[str, str]]:
    """Those of one name, then of one service, then of the same numbers, where it is clear which is which."""
    left, arrived = list(gone), list(come)
    found: list[tuple[str, str]] = []

    def by_name(path: str, flat: dict[str, str]) -> object:
        return stem(path)

    def by_service(path: str, flat: dict[str, str]) -> object:
        return flat.get("messaging_service_sid")

    def by_numbers(path: str, flat: dict[str, str]) -> object:
        return frozenset(key for key in flat if is_number(key))

    for trait in (by_name, by_service, by_numbers):
        for old in list(left):
            key = trait(old, before[old])
            same_old = [path for path in gone if path in left and trait(path, before[path]) == key]
            same_new = [path for path in arrived if trait(path, after[path]) == key]
            if key and len(same_old) == 1 and len(same_new) == 1:
                found.append((old, same_new[0]))
                left.remove(old)
                arrived.remove(same_new[0])
    return found


def _born(lives: list[Life], path: str) -> Life:
    dead = [life for life in lives if not life.exists and life.name == stem(path)]
    if dead:
        return dead[-1]
    lives.append(Life(stem(path), path, exists=False))
    return lives[-1]


def _becomes(life: Life, path: str, kept: tuple[str, bytes], commit: str) -> None:
    readable, value = read(*kept)
    flat = flatten(value) if readable else life.flat
    changes = compared(life.flat, flat)
    was_name, was_path = (life.name, life.path) if life.exists else (stem(path), path)
    if not readable:
        kind = "broken"
    elif not life.exists:
        kind = "created"
    elif was_name != stem(path):
        kind = "renamed"
    elif was_path != path:
        kind = "moved"
    elif changes or life.broken:
        kind = "changed"  # or, at least, mended
    else:
        kind = ""
    for key in flat:
        if life.flat.get(key) != flat[key]:
            life.blame[key] = commit
    life.blame = {key: life.blame[key] for key in flat}
    life.name, life.path, life.exists, life.flat, life.broken = stem(path), path, True, flat, not readable
    if kind:
        was_name, was_path = ("" if was == now else was for was, now in ((was_name, life.name), (was_path, path)))
        life.versions.append(Version(life.name, kind, path, was_name, was_path, changes, commit))
