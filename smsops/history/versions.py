"""Channels through time: what each commit of the main line did to each of them. Pure over what `reading` read.

A channel lives on under another name or in another folder (`folders.steps`), and one that was deleted and declared
again under the same name goes on where it ended. A file that cannot be read is a version, too, and changes nothing: the
next one that can is compared with the last one that could.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from smsops.history.contents import Content, Wanted, diffs_of, shown, wanted_of
from smsops.history.folders import Step, stem, steps
from smsops.history.reading import Arrival
from smsops.history.recorded import Apply, Diff
from smsops.history.values import Commit, Kind, Past, ProjectChange, Standing, Version

_EMPTY = Content()


@dataclass(slots=True, kw_only=True)
class Life:
    """A channel while its past is read."""

    name: str
    path: str
    content: Content = _EMPTY
    """The last one that could be read."""
    broken: bool = False
    """Whether the file as it is now cannot be read."""
    exists: bool = True
    marks: list[Mark] = field(default_factory=list)

    @property
    def account(self) -> str:
        return self.content.account


class Mark(NamedTuple):
    """What one commit did to one channel, before it is told what became of it. There are very many."""

    place: int
    """Of its commit in the main line."""
    commit: Commit
    kind: Kind
    channel: str
    account: str
    account_sid: str
    path: str
    diffs: tuple[Diff, ...]
    content: Content
    """Empty of a deleted one, and of one that cannot be read."""
    was_channel: str = ""
    was_path: str = ""
    problem: str = ""

    @property
    def wanted(self) -> Wanted | None:
        """What an apply of it brings about; None when nothing, or when that cannot be told."""
        return wanted_of(self.content)

    def version(self, standing: Standing = Standing.UNKNOWN, apply: Apply | None = None) -> Version:
        """With what became of it."""
        return Version(
            channel=self.channel,
            account=self.account,
            path=self.path,
            commit=self.commit,
            kind=self.kind,
            diffs=self.diffs,
            was_channel=self.was_channel,
            was_path=self.was_path,
            problem=self.problem,
            standing=standing,
            apply=apply,
        )


@dataclass(slots=True)
class Lives:
    """All channels, and smsops.yaml, as the reading goes on."""

    project_file: str
    project: Content = _EMPTY
    project_changes: list[ProjectChange] = field(default_factory=list)
    here: dict[str, Life] = field(default_factory=dict)
    """Channels that exist, by path."""
    left: dict[str, list[Life]] = field(default_factory=dict)
    """Channels that were deleted, by name: the last of them is the first to come back."""
    all: list[Life] = field(default_factory=list)

    def add(self, arrival: Arrival) -> None:
        if arrival.project is not None:
            self._project(arrival, arrival.project)
        contents = arrival.contents
        if not arrival.gone and not arrival.come:  # as with nearly all commits
            for path in arrival.stayed:
                self._step(self.here.get(path) or self._born(path), Step(path, path), contents[path], arrival)
            return
        met = steps(
            arrival.gone,
            arrival.come,
            arrival.stayed,
            lambda path: self.here[path].content if path in self.here else _EMPTY,
            lambda path: contents[path],
        )
        leaving = {step.was: self.here.pop(step.was) for step in met if step.was and step.was != step.now}
        for step in met:
            life = leaving.get(step.was) or self.here.get(step.now) or self._born(step.now)
            self._step(life, step, contents.get(step.now), arrival)

    def _born(self, path: str) -> Life:
        if dead := self.left.get(stem(path)):
            return dead.pop()
        life = Life(name=stem(path), path=path, exists=False)
        self.all.append(life)
        return life

    def _step(self, life: Life, step: Step, content: Content | None, arrival: Arrival) -> None:
        commit = arrival.commit_for(step.now, step.was)
        if content is None:
            self._deleted(life, step.was, commit, arrival.place)
            return
        self.here[step.now] = life
        was_name, was_path = (life.name, life.path) if life.exists else ("", "")
        born, life.exists = not life.exists, True
        life.name, life.path = stem(step.now), step.now
        before = life.content
        if not content.problem:
            life.content = content
        diffs = () if content.problem else diffs_of(before, content)
        kind = _kind(content, born=born, renamed=was_name not in ("", life.name), moved=was_path not in ("", life.path))
        was_broken, life.broken = life.broken, bool(content.problem)
        if kind is Kind.CHANGED and not diffs and not was_broken:
            return  # comments and layout
        self._mark(
            life,
            arrival.place,
            commit,
            kind,
            life.path,
            diffs,
            _EMPTY if content.problem else content,
            was_channel=was_name if was_name != life.name else "",
            was_path=was_path if was_path != life.path else "",
            problem=content.problem,
        )

    def _deleted(self, life: Life, path: str, commit: Commit, place: int) -> None:
        self._mark(life, place, commit, Kind.DELETED, path, diffs_of(life.content, _EMPTY), _EMPTY)
        life.content, life.broken, life.exists = _EMPTY, False, False
        self.left.setdefault(life.name, []).append(life)

    def _mark(
        self,
        life: Life,
        place: int,
        commit: Commit,
        kind: Kind,
        path: str,
        diffs: tuple[Diff, ...],
        content: Content,
        was_channel: str = "",
        was_path: str = "",
        problem: str = "",
    ) -> None:
        account = life.account
        sid = self.project.flat.get(f"accounts.{account}.account_sid", "")
        life.marks.append(
            Mark(place, commit, kind, life.name, account, sid, path, diffs, content, was_channel, was_path, problem)
        )

    def _project(self, arrival: Arrival, content: Content) -> None:
        diffs = () if content.problem else diffs_of(self.project, content)
        if not content.problem:
            self.project = content
        if not diffs and not content.problem:
            return
        commit = arrival.commit_for(self.project_file)
        accounts = _accounts(diffs)
        self.project_changes.append(
            ProjectChange(
                path=self.project_file, commit=commit, diffs=diffs, accounts=accounts, problem=content.problem
            )
        )
        for life in self.here.values():
            if accounts is None or life.account in accounts:
                mine = tuple(diff for diff in diffs if _concerns(diff, life.account))
                self._mark(life, arrival.place, commit, Kind.PROJECT, self.project_file, mine, life.content)


def _kind(content: Content, *, born: bool, renamed: bool, moved: bool) -> Kind:
    if content.problem:
        return Kind.BROKEN
    if born:
        return Kind.CREATED
    return Kind.RENAMED if renamed else Kind.MOVED if moved else Kind.CHANGED


def _accounts(diffs: Iterable[Diff]) -> tuple[str, ...] | None:
    """Accounts that changes of smsops.yaml are about; None: every one, as with the policy."""
    named = {_account(diff) for diff in diffs}
    return None if "" in named else tuple(sorted(named))


def _account(diff: Diff) -> str:
    parts = diff.field.split(".")
    return parts[1] if parts[0] == "accounts" and len(parts) > 1 else ""


def _concerns(diff: Diff, account: str) -> bool:
    return _account(diff) in ("", account)


def followed(arrivals: Iterable[Arrival | None], project_file: str) -> Lives:
    """Everything that arrived, as the lives of channels; None begins anew."""
    lives = Lives(project_file=project_file)
    for arrival in arrivals:
        if arrival is None:
            lives = Lives(project_file=project_file)
        else:
            lives.add(arrival)
    return lives


def past_of(life: Life, versions: Iterable[Version]) -> Past:
    """What a life comes to."""
    return Past(
        name=life.name,
        path=life.path,
        account=life.account or _last_account(life),
        exists=life.exists,
        versions=tuple(versions),
        fields=shown(life.content.flat) if life.exists else {},
    )


def _last_account(life: Life) -> str:
    return life.marks[-1].account if life.marks else ""
