"""Which files were channels at each commit of the main line, and what became of them from one to the next. Pure.

A file is a channel when it lies in the folder that smsops.yaml named at that commit. A channel that left and one that
came in the same commit are one channel when they have the same name (its file moved), the same pinned service, or, as
the plan would bind them, exactly the same numbers (it was renamed).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from smsops.history.begun import SUFFIXES
from smsops.history.contents import Content


def stem(path: str) -> str:
    """The name of the channel of a file."""
    return path.rpartition("/")[2].rpartition(".")[0]


@lru_cache(maxsize=1 << 16)
def is_channel(path: str, folder: str) -> bool:
    """Whether the loader would read a file: it passes over hidden ones, and over folders named like a channel file."""
    inside = path.removeprefix(f"{folder}/") if folder else path
    if folder and inside == path:
        return False
    *above, name = inside.split("/")
    hidden = any(part.startswith(".") for part in (*above, name))
    return name.lower().endswith(SUFFIXES) and not hidden and not any(f.lower().endswith(SUFFIXES) for f in above)


class Step(NamedTuple):
    """What a commit did to one channel's file; '' where there was, or is, none."""

    was: str
    now: str


Look = Callable[[str], Content]
"""The content of a file, by path."""


def steps(
    gone: Collection[str], come: Collection[str], stayed: Collection[str], before: Look, after: Look
) -> list[Step]:
    """What became of files that left, came, or were changed where they are; in the order of their paths."""
    if not gone and not come:
        return [Step(was=path, now=path) for path in stayed]
    pairs = dict(_paired(list(gone), list(come), before, after))
    found = [Step(was=path, now=path) for path in stayed]
    found += [Step(was=path, now=pairs.get(path, "")) for path in gone]
    arrived = set(pairs.values())
    found += [Step(was="", now=path) for path in come if path not in arrived]
    # A name that one channel gives up in a commit may be taken by another in the same one.
    return sorted(found, key=lambda step: (step.now == "", step.was == "", step.now or step.was))


def _paired(gone: list[str], come: list[str], before: Look, after: Look) -> Iterator[tuple[str, str]]:
    for trait in (_name, _pin, _numbers):
        if not gone or not come:
            return
        left = _unique(gone, trait, before)
        arrived = _unique(come, trait, after)
        for key in sorted(left.keys() & arrived.keys()):
            yield left[key], arrived[key]
            gone.remove(left[key])
            come.remove(arrived[key])


def _unique(paths: list[str], trait: Callable[[str, Look], str], look: Look) -> dict[str, str]:
    """Paths by a trait that only one of them has."""
    found: dict[str, list[str]] = {}
    for path in paths:
        if key := trait(path, look):
            found.setdefault(key, []).append(path)
    return {key: having[0] for key, having in found.items() if len(having) == 1}


def _name(path: str, look: Look) -> str:
    return stem(path)


def _pin(path: str, look: Look) -> str:
    return look(path).flat.get("messaging_service_sid", "")


def _numbers(path: str, look: Look) -> str:
    return " ".join(sorted(look(path).numbers))


def together(gone: Collection[str], come: Collection[str]) -> list[set[str]]:
    """Paths of one commit that may be the same channel: those of one name, and all that have no such half."""
    left, arrived = (Counter(map(stem, paths)) for paths in (gone, come))
    pairs: dict[str, set[str]] = {}
    rest: set[str] = set()
    for path in (*gone, *come):
        name = stem(path)
        (pairs.setdefault(name, set()) if left[name] == arrived[name] == 1 else rest).add(path)
    return [*pairs.values(), *([rest] if rest else [])]
