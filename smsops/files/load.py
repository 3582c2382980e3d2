"""Reads every file of the project, and says what is wrong.

Every file that should be a channel either becomes one or has a finding that says why not; a broken file never hides
another.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from smsops.diagnostics import Finding, Severity
from smsops.errors import ProjectError
from smsops.files.document import Document, quoted
from smsops.files.project import build_project, channels_folder, readable_project
from smsops.files.root import PROJECT_FILE, find_root
from smsops.files.rules import Read, rule_findings
from smsops.files.schema import schema_findings
from smsops.files.single import channel_findings, declared_numbers
from smsops.files.walk import Entry, channel_entries, content
from smsops.files.yamlfile import read_yaml
from smsops.frozen import Frozen
from smsops.project import Project

if TYPE_CHECKING:
    from smsops.model import Channel
    from smsops.senders import Claim

_START_PROJECT = "Write version: 1 and accounts:; `smsops schema project` shows the rest."
_START_CHANNEL = "Copy another channel file, or start from the example in README.md."


class Judged(Frozen):
    """What is wrong with the files, before anything is made of them."""

    project: Project | None
    """None when `smsops.yaml` has errors."""
    valid: tuple[Document, ...]
    """The channel files without errors, sorted by path."""
    broken: tuple[Document, ...]
    """Those with errors that can be read as a mapping."""
    findings: tuple[Finding, ...]
    """Of all files, sorted by place."""
    paths: tuple[str, ...]
    """Every file that was read or should have been, relative to the project."""


class Loaded(Frozen):
    """Everything that the files say, and everything that is wrong with them."""

    project: Project | None
    """None when `smsops.yaml` has errors."""
    channels: tuple[Channel, ...]
    """The channels whose files have no errors, sorted by path."""
    findings: tuple[Finding, ...]
    """Of all files, sorted by place."""
    paths: tuple[str, ...]
    """Every file that was read or should have been, relative to the project."""
    claims: tuple[Claim, ...] = ()
    """The numbers of channel files that have errors, as far as they can be read."""

    @property
    def files(self) -> int:
        return len(self.paths)


def judge_project(
    start: FilePath,
    config: FilePath | None = None,
    *,
    overlay: Mapping[str, bytes] = MappingProxyType({}),
    heard: Callable[[Project, Document], None] | None = None,
) -> Judged:
    """Read and check the project around `start`, or the one whose file is `config`.

    `overlay` holds channel files by path, read as if they were there, in place of those that are. `heard` is called
    with each channel file that has no findings by itself, as soon as it was read, where smsops.yaml is valid. Raises
    ProjectError only when there is no project file; everything else that is wrong is a finding.
    """
    with _no_collection():
        root, project, document, findings = _read_project(start, config)
        each = partial(heard, project) if heard and project else None
        return _judge_channels(root, project, document, findings, overlay, each)


def load_project(
    start: FilePath,
    config: FilePath | None = None,
    *,
    overlay: Mapping[str, bytes] = MappingProxyType({}),
    heard: Callable[[Project, Document], None] | None = None,
) -> Loaded:
    """The same, with the channels that the files stand for. Raises as `judge_project`."""
    judged = judge_project(start, config, overlay=overlay, heard=heard)
    from smsops.files.build import build_channel  # only here: a check of the files needs no model

    with _no_collection():
        return Loaded(
            project=judged.project,
            channels=tuple(map(build_channel, judged.valid)),
            findings=judged.findings,
            paths=judged.paths,
            claims=tuple(claim for each in judged.broken for claim in _claims(each)),
        )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Reading makes very many values and no circles: to look for those again and again takes a third of the time, and
    what has been read need not be looked through later, either.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # before it is enabled: it would begin at once
        if was_enabled:
            gc.enable()


def load_project_file(start: FilePath, config: FilePath | None = None, *, valid: bool = False) -> Loaded:
    """Read smsops.yaml alone, for what asks git about channels and not the files of today. Raises as `load_project`.

    With `valid` it must have no errors. Without, as much as can be read of it is enough, and the schema has a word only
    where something cannot: it takes longer than the rest of the answer.
    """
    if valid:
        _, project, document, findings = _read_project(start, config)
    else:
        file, document, findings = _project_document(start, config)
        project = None
        if document.value is not None:
            try:
                project = build_project(document, root=str(file.parent))
            except (AttributeError, KeyError, TypeError, ValueError):
                findings += schema_findings(document, "project")
                project = readable_project(document, root=str(file.parent))
    return Loaded(project=project, channels=(), findings=tuple(findings), paths=(document.path,))


def _read_project(start: FilePath, config: FilePath | None) -> tuple[FilePath, Project | None, Document, list[Finding]]:
    file, document, findings = _project_document(start, config)
    project: Project | None = None
    if document.value is not None:
        findings += schema_findings(document, "project")
    if document.value is not None and not _errors(findings):
        project = build_project(document, root=str(file.parent))
    return file.parent, project, document, findings


def _project_document(start: FilePath, config: FilePath | None) -> tuple[FilePath, Document, list[Finding]]:
    if config is not None and not os.path.lexists(config):
        raise ProjectError(f"There is no file {quoted(str(config))}.", hint="Give --config the path of a smsops.yaml.")
    file = FilePath(os.path.abspath(config)) if config is not None else find_root(start) / PROJECT_FILE
    document, findings = _read(Entry(file.name, str(file)), _START_PROJECT)
    return file, document, findings


def _judge_channels(
    root: FilePath,
    project: Project | None,
    document: Document,
    findings: list[Finding],
    overlay: Mapping[str, bytes],
    heard: Callable[[Document], None] | None,
) -> Judged:
    documents, found, paths = _read_channels(root, document, overlay, heard)
    findings += found
    findings += rule_findings(Read(documents=tuple(documents), project=project, project_document=document))
    errors = _errors(findings)
    return Judged(
        project=project if document.path not in errors else None,
        valid=tuple(each for each in documents if each.path not in errors),
        broken=tuple(each for each in documents if each.path in errors),
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        paths=tuple(sorted({document.path, *paths, *(finding.location.path for finding in findings)})),
    )


def _read_channels(
    root: FilePath,
    project: Document,
    overlay: Mapping[str, bytes],
    heard: Callable[[Document], None] | None = None,
) -> tuple[list[Document], list[Finding], list[str]]:
    """The channel files that hold a mapping, what is wrong with each file by itself, and the paths of all."""
    entries, findings = channel_entries(str(root), channels_folder(project), project)
    if overlay:
        entries = [entry for entry in entries if entry.path not in overlay]
        entries = sorted(entries + [Entry(path, "", data) for path, data in overlay.items()])
    documents: list[Document] = []
    for entry in entries:
        channel, wrong = _read(entry, _START_CHANNEL)
        if channel.value is not None:
            wrong = [*wrong, *findings_alone(channel)]
        findings += wrong
        if heard and not wrong:
            heard(channel)
        if isinstance(channel.value, dict):
            documents.append(channel)
    return documents, findings, [entry.path for entry in entries]


def findings_alone(channel: Document) -> list[Finding]:
    """What is wrong in a channel file that was read, whatever the other files say."""
    return [*schema_findings(channel, "channel"), *channel_findings(channel)] if channel.value is not None else []


def read_all(start: FilePath, config: FilePath | None = None) -> tuple[FilePath, Read, tuple[Finding, ...]]:
    """The project's folder, everything that can be read in it, and what is wrong with each file by itself.

    For what tries a file against the others before it is written. Raises as `load_project`.
    """
    root, project, document, findings = _read_project(start, config)
    documents, found, _ = _read_channels(root, document, {})
    return root, Read(documents=tuple(documents), project=project, project_document=document), (*findings, *found)


def _claims(document: Document) -> Iterator[Claim]:
    """Only what is a number: anything else that stands in a broken file may be a secret."""
    from smsops.senders import Claim, is_number  # only here: few files are broken

    for number, path in declared_numbers(document):
        if is_number(number):
            yield Claim(number=number, path=document.path, line=document.place(path).line)


def _errors(findings: list[Finding]) -> frozenset[str]:
    """Paths of the files that have an error."""
    return frozenset(finding.location.path for finding in findings if finding.severity is Severity.ERROR)


def _read(entry: Entry, start_from: str) -> tuple[Document, list[Finding]]:
    data = content(entry)
    if isinstance(data, Finding):
        return Document(path=entry.path), [data]
    document, findings = read_yaml(data, entry.path, start_from=start_from)
    return document, list(findings)
