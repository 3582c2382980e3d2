"""Finds the project and reads every file of it: the only walker of the channels folder.

Every file that should be a channel either becomes one or has a finding that says why not; a broken file never hides
another. Nothing is followed out of the project, and nothing is read that is not a regular file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path as FilePath
from types import MappingProxyType

from smsops.diagnostics import Finding, Severity
from smsops.errors import ProjectError
from smsops.files.build import build_channel, channel_findings, declared_numbers
from smsops.files.document import Document, Place, quoted
from smsops.files.project import build_project, channels_folder, readable_project
from smsops.files.rules import Read, rule_findings
from smsops.files.schema import schema_findings
from smsops.files.yamlfile import MAX_BYTES, read_yaml
from smsops.model import Channel
from smsops.project import Project
from smsops.senders import Claim, is_number

PROJECT_FILE = "smsops.yaml"
SUFFIXES = (".yaml", ".yml")
_START_PROJECT = "Write version: 1 and accounts:; `smsops schema project` shows the rest."
_START_CHANNEL = "Copy another channel file, or start from the example in README.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
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


def find_root(start: FilePath) -> FilePath:
    """The closest folder with a `smsops.yaml`, from `start` upward. Raises ProjectError when there is none."""
    folder = FilePath(os.path.abspath(start))
    for candidate in (folder, *folder.parents):
        if os.path.lexists(candidate / PROJECT_FILE):
            return candidate
    raise ProjectError(
        f"There is no {PROJECT_FILE} in {quoted(str(folder))} or above it.",
        hint="Go to the project's folder, or name it with -C.",
    )


def load_project(
    start: FilePath,
    config: FilePath | None = None,
    *,
    overlay: Mapping[str, bytes] = MappingProxyType({}),
    heard: Callable[[Project, Document], None] | None = None,
) -> Loaded:
    """Read the project around `start`, or the one whose file is `config`.

    `overlay` holds channel files by path, read as if they were there, in place of those that are. `heard` is called
    with each channel file that has no findings by itself, as soon as it was read, where smsops.yaml is valid. Raises
    ProjectError only when there is no project file; everything else that is wrong is a finding.
    """
    root, project, document, findings = _read_project(start, config)
    each = partial(heard, project) if heard and project else None
    return _load_channels(root, project, document, findings, overlay, each)


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
    document, findings = _read(_Entry(path=file.name, file=str(file)), _START_PROJECT)
    return file, document, findings


def _load_channels(
    root: FilePath,
    project: Project | None,
    document: Document,
    findings: list[Finding],
    overlay: Mapping[str, bytes],
    heard: Callable[[Document], None] | None,
) -> Loaded:
    documents, found, paths = _read_channels(root, document, overlay, heard)
    findings += found
    findings += rule_findings(Read(documents=tuple(documents), project=project, project_document=document))
    broken = _errors(findings)
    return Loaded(
        project=project if document.path not in broken else None,
        channels=tuple(build_channel(each) for each in documents if each.path not in broken),
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        paths=tuple(sorted({document.path, *paths, *(finding.location.path for finding in findings)})),
        claims=tuple(claim for each in documents if each.path in broken for claim in _claims(each)),
    )


def _read_channels(
    root: FilePath,
    project: Document,
    overlay: Mapping[str, bytes],
    heard: Callable[[Document], None] | None = None,
) -> tuple[list[Document], list[Finding], list[str]]:
    """The channel files that hold a mapping, what is wrong with each file by itself, and the paths of all."""
    there, findings = _walk(root, channels_folder(project), project)
    entries = [entry for entry in there if entry.path not in overlay]
    entries += [_Entry(path=path, file="", data=data) for path, data in overlay.items()]
    documents: list[Document] = []
    for found in sorted(entries, key=lambda entry: entry.path):
        channel, wrong = _read(found, _START_CHANNEL)
        wrong = [*wrong, *findings_alone(channel)]
        findings += wrong
        if heard and not wrong:
            heard(channel)
        if isinstance(channel.value, dict):
            documents.append(channel)
    return documents, findings, [found.path for found in entries]


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
    for number, path in declared_numbers(document):
        if is_number(number):
            yield Claim(number=number, path=document.path, line=document.place(path).line)


def _errors(findings: list[Finding]) -> frozenset[str]:
    """Paths of the files that have an error."""
    return frozenset(finding.location.path for finding in findings if finding.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A file to read: `path` as people see it, `file` as the system does."""

    path: str
    file: str
    data: bytes | None = None
    """What it holds, where that is known without the system."""


def _read(entry: _Entry, start_from: str) -> tuple[Document, list[Finding]]:
    if entry.data is not None:
        return _parsed(entry.data, entry.path, start_from)
    try:
        # A pipe or a device would block or never end, so the kind is looked at before the file is opened.
        if not stat.S_ISREG(os.stat(entry.file).st_mode):
            return _unreadable(entry.path, "is not a regular file")
        with open(entry.file, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(entry.path, f"cannot be read: {(error.strerror or 'unknown reason').lower()}")
    return _parsed(data, entry.path, start_from)


def _parsed(data: bytes, path: str, start_from: str) -> tuple[Document, list[Finding]]:
    document, findings = read_yaml(data, path, start_from=start_from)
    return document, list(findings)


def _unreadable(path: str, why: str) -> tuple[Document, list[Finding]]:
    document = Document(path=path)
    hint = "Mend, remove or rename it."
    return document, [document.finding("SMS103", f"The file {why}.", Place(1, 1), hint=hint)]


def _walk(root: FilePath, folder: str, project: Document) -> tuple[list[_Entry], list[Finding]]:
    """Channel files in the order of their paths, and findings for what cannot be looked into."""
    top = os.path.normpath(os.path.join(root, folder))
    if os.path.isabs(folder) or not _inside(os.path.realpath(top), os.path.realpath(root)):
        message, hint = "is outside the project", "Name a folder below smsops.yaml."
    elif not os.path.isdir(top):
        message, hint = "does not exist", "Create it, or name the right one in `channels:`."
    else:
        walk = _Walk(root=str(root), real_root=os.path.realpath(root))
        walk.down(top)
        return sorted(walk.entries, key=lambda entry: entry.path), walk.findings
    sentence = f"The channels folder {quoted(folder)} {message}."
    return [], [project.finding("SMS116", sentence, ("channels",), hint=hint)]


@dataclass(slots=True)
class _Walk:
    """What was found below the channels folder so far."""

    root: str
    real_root: str
    entries: list[_Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)
    """Folders by device and inode: a link to a folder of the project is followed once."""

    def down(self, top: str) -> None:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                waiting += self._folder(folder)
            except OSError as error:
                reason = (error.strerror or "unknown reason").lower()
                self._report(folder, f"The folder cannot be read: {reason}.", "Mend its permissions.")

    def _folder(self, folder: str) -> list[str]:
        """Take the folder's channel files; its folders are still to be visited."""
        identity = os.stat(folder)
        if (identity.st_dev, identity.st_ino) in self.seen:
            return []
        self.seen.add((identity.st_dev, identity.st_ino))
        folders: list[str] = []
        with os.scandir(folder) as scan:
            for entry in scan:
                is_channel = entry.name.lower().endswith(SUFFIXES)
                if entry.name.startswith(".") or not (is_channel or entry.is_dir()):
                    continue
                if entry.is_symlink() and not _inside(os.path.realpath(entry.path), self.real_root):
                    message = "The link leads out of the project and is not followed."
                    self._report(entry.path, message, "Copy what it points at.")
                elif is_channel and os.path.isdir(entry.path):
                    message = "This is a folder with the name of a channel file."
                    self._report(entry.path, message, "Rename it; no file inside it is read.")
                elif is_channel:
                    self.entries.append(_Entry(path=_shown(entry.path, self.root), file=entry.path))
                else:
                    folders.append(entry.path)
        return folders

    def _report(self, path: str, message: str, hint: str) -> None:
        document = Document(path=_shown(path, self.root))
        self.findings.append(document.finding("SMS103", message, Place(1, 1), hint=hint))


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _shown(path: str, root: str) -> str:
    """A path relative to the project, with forward slashes; bytes that are no UTF-8 are replaced."""
    relative = path[len(root) :].lstrip(os.sep).replace(os.sep, "/")
    return relative.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
