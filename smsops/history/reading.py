"""Git's past of a project, in one pass: commits by one `git log`, and contents by one `git cat-file`.

What arrived on the main line comes out commit by commit, oldest first, with the contents that it brought. Files that
were no channels then are never read, so that a repository may hold much else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, tee

from smsops.frozen import Frozen, replace
from smsops.git import Repository
from smsops.history.begun import Begun, begun, head, last_by
from smsops.history.commits import Forked, arrived, commit_of, straight
from smsops.history.contents import Content, content_of
from smsops.history.folders import is_channel, stem, together
from smsops.history.values import Commit
from smsops.streams import GONE, Node, Objects, Touch, objects

_DEFAULT_FOLDER = "channels"


@dataclass(slots=True, kw_only=True)
class Arrival:
    """What one commit of the main line brought."""

    place: int
    """Of the commit in the main line, from 0."""
    commit: Commit
    side: tuple[tuple[Commit, frozenset[str]], ...] = ()
    """Of a merge: the commits of its branch, oldest first, with the paths that each of them touched."""
    project: Content | None = None
    """smsops.yaml, where it changed; an empty one is gone."""
    gone: Sequence[str] = ()
    """Paths that are no channel files any more."""
    come: Sequence[str] = ()
    stayed: Sequence[str] = ()
    """Those whose content changed where they are."""
    contents: dict[str, Content] = field(default_factory=dict)
    """By path, of `come` and `stayed`."""

    def commit_for(self, *paths: str) -> Commit:
        """The commit, with those of its branch that touched one file, which may have had two names."""
        if not self.side:
            return self.commit
        return replace(self.commit, brought=tuple(one for one, touched in self.side if not touched.isdisjoint(paths)))


class Read(Frozen):
    """The main line, and what arrived on it."""

    line: Sequence[str]
    """Ids, oldest first, once the arrivals are read; empty where no commit is as old as was asked for."""
    arrivals: Iterator[Arrival | None]
    """To be read once, while git is at work. None: what came so far is void, and comes again. Raises GitError."""


def read_past(
    repository: Repository,
    project_file: str,
    only: str | None = None,
    *,
    until: str = "",
    tip: str = "",
    ahead: Begun | None = None,
) -> Read:
    """What arrived up to HEAD; of the channel `only` and of what it may have been called, when one is named.

    `until`, UTC in ISO 8601, takes HEAD as it was before that time, and where no commit is so old nothing arrived.
    `tip` is read in the place of HEAD. What was begun `ahead`, of HEAD, is read on.

    Raises NoHistory for a shallow clone and one without a commit, and GitError.
    """
    if until and not (tip := last_by(repository, tip or head(repository), _before(until))):
        return Read(line=(), arrivals=iter(()))
    with ExitStack() as stack:
        if ahead is None or tip or ahead.repository != repository:
            ahead = stack.enter_context(begun(repository, tip))
        line: list[str] = []
        return Read(line=line, arrivals=_arrivals(ahead, line, project_file, only, stack.pop_all()))


def _before(at: str) -> str:
    """A second earlier: git's times are whole seconds."""
    earlier = datetime.fromisoformat(at) - timedelta(seconds=1)
    return earlier.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


@dataclass(slots=True)
class _Move:
    """Paths that a commit changed, before anything of them is read."""

    place: int
    node: Node
    side: tuple[Node, ...]
    project: Content | None
    gone: list[str]
    come: dict[str, Touch]
    stayed: dict[str, Touch]


def _moves(line: Iterable[tuple[Node, tuple[Node, ...]]], project_file: str, store: Objects) -> Iterator[_Move]:
    """What each commit did to the files that were channels then; a changed channels folder changes which these are."""
    files: dict[str, Touch] = {}
    folder = _DEFAULT_FOLDER
    for place, (node, side) in enumerate(line):
        if (path := _edited(node, files, project_file)) and is_channel(path, folder):
            files[path] = node.touches[0]
            yield _Move(place, node, side, None, [], {}, {path: node.touches[0]})
            continue
        move = _Move(place, node, side, None, [], {}, {})
        before, was = folder, dict[str, Touch | None]()
        for touch in node.touches:
            path = touch.path
            if path == project_file:
                move.project = content_of(store.one(touch.blob), touch.mode) if touch.mode != GONE else Content()
                folder = folder_of(move.project, folder)
                continue
            was[path] = files.get(path)
            if touch.mode == GONE:
                files.pop(path, None)
            else:
                files[path] = touch
        if folder != before:
            was = {path: was.get(path, files.get(path)) for path in {*files, *was}}
        if was or move.project is not None:
            _sort_out(move, was, files, before, folder)
            yield move


def _edited(node: Node, files: dict[str, Touch], project_file: str) -> str:
    """The one file that a commit changed, and that was there before; '' of any other commit. Most are of this kind."""
    if len(node.touches) != 1:
        return ""
    (touch,) = node.touches
    path, old = touch.path, files.get(touch.path)
    return path if old is not None and touch != old and touch.mode != GONE and path != project_file else ""


def _sort_out(move: _Move, was: dict[str, Touch | None], files: dict[str, Touch], before: str, now: str) -> None:
    """Put each path where it belongs; `before` and `now` are the channels folders."""
    for path, old in was.items():
        new = files.get(path)
        held = old is not None and is_channel(path, before)
        holds = new is not None and is_channel(path, now)
        if held and not holds:
            move.gone.append(path)
        elif new is not None and holds and not held:
            move.come[path] = new
        elif new is not None and holds and new != old:
            move.stayed[path] = new


def folder_of(project: Content, last: str) -> str:
    """The channels folder; where smsops.yaml cannot be read, the one before."""
    if project.problem:
        return last
    named = project.value.get("channels")
    folder = posixpath.normpath(named) if isinstance(named, str) and named else _DEFAULT_FOLDER
    return "" if folder == "." else folder


def _narrowed(moves: Iterable[_Move], name: str) -> Iterator[_Move]:
    """What may concern a channel: all files of its name, and of each name that it may have had before or after.

    Which names these are is known at the end; what can be done while git is at work is done by then.
    """
    by_name: dict[str, list[_Move]] = {}
    found: dict[int, _Move] = {}
    groups: list[set[str]] = []
    for move in moves:
        for path in (*move.gone, *move.come, *move.stayed):
            by_name.setdefault(stem(path), []).append(move)
        if move.project is not None:
            found[move.place] = move
        if move.gone and move.come:
            groups += [{stem(path) for path in paths} for paths in together(move.gone, move.come)]
    names = {name}
    while more := {one for group in groups if not group.isdisjoint(names) for one in group - names}:
        names |= more
    found.update((move.place, move) for one in names for move in by_name.get(one, ()))
    for _, move in sorted(found.items()):
        move.gone = [path for path in move.gone if stem(path) in names]
        move.come = {path: touch for path, touch in move.come.items() if stem(path) in names}
        move.stayed = {path: touch for path, touch in move.stayed.items() if stem(path) in names}
        yield move


def _arrivals(
    ahead: Begun, line: list[str], project_file: str, only: str | None, stack: ExitStack
) -> Iterator[Arrival | None]:
    """What the log tells, as it comes, with the contents, which another git reads meanwhile. It ends with the stack.

    First as if no commit lay beside the main line, which spares git a walk of its own; where that turns out wrong,
    once more from the beginning. `line` has the main line when all is read.
    """

    def told(commits: Iterable[tuple[Node, tuple[Node, ...]]]) -> Iterator[Arrival]:
        # Each time another one, which ends with what was read of it: what it still had to say would be in its way.
        with objects(ahead.repository) as store:
            moves = _moves(commits, project_file, store)
            yield from _with_contents(moves if only is None else _narrowed(moves, only), project_file, store)

    with stack:
        read: list[Node] = []
        try:
            yield from told(straight(_noted(ahead.nodes, read)))
            line[:] = [node.id for node in read]
        except Forked:
            yield None
            line[:] = ahead.line()
            yield from told(arrived(chain(read, ahead.nodes), line))


def _noted(nodes: Iterable[Node], read: list[Node]) -> Iterator[Node]:
    for node in nodes:
        read.append(node)
        yield node


def _with_contents(moves: Iterator[_Move], project_file: str, store: Objects) -> Iterator[Arrival]:
    moves, ahead = tee(moves)
    found = store.many(touch.blob for move in ahead for touch in (*move.come.values(), *move.stayed.values()))
    for move in moves:
        touches = {**move.come, **move.stayed} if move.come else move.stayed
        yield Arrival(
            place=move.place,
            commit=commit_of(move.node.id, move.node.content),
            side=tuple(_sides(move, project_file)) if move.side else (),
            project=move.project,
            gone=sorted(move.gone),
            come=sorted(move.come),
            stayed=sorted(move.stayed),
            contents={path: content_of(next(found), touch.mode) for path, touch in touches.items()},
        )


def _sides(move: _Move, project_file: str) -> Iterator[tuple[Commit, frozenset[str]]]:
    """Of what a merge brought, the commits that touched one of its paths, with theirs."""
    paths = {*move.gone, *move.come, *move.stayed} | ({project_file} if move.project is not None else set())
    for node in move.side:
        touched = frozenset(touch.path for touch in node.touches)
        if not touched.isdisjoint(paths):
            yield commit_of(node.id, node.content), touched
