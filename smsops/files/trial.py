"""Tries the text of a channel file before it is written: what would `validate` say of it, among the other files?"""

from __future__ import annotations

import os
from pathlib import Path as FilePath

from smsops.diagnostics import Finding, Severity
from smsops.files.document import Document
from smsops.files.load import findings_alone, read_all
from smsops.files.project import build_project
from smsops.files.root import PROJECT_FILE
from smsops.files.rules import Read, rule_findings
from smsops.files.schema import schema_findings
from smsops.files.yamlfile import read_yaml
from smsops.frozen import Frozen, replace
from smsops.project import Project

TO_FILL = frozenset({"SMS202", "SMS216", "SMS308"})
"""Codes of a key that is not there yet; everything else is about something that is."""


class Trial(Frozen):
    """A project that was read once, against which texts are held as often as is needed."""

    root: FilePath
    read: Read
    """smsops.yaml, and the channel files as they are."""
    unread: tuple[Finding, ...] = ()
    """What is wrong with each of these by itself."""

    @property
    def project(self) -> Project:
        """Raises ValueError where smsops.yaml has errors."""
        if self.read.project is None:
            raise ValueError("smsops.yaml has errors")
        return self.read.project

    def findings(self, data: bytes, path: str) -> tuple[Document, tuple[Finding, ...]]:
        """The channel file as it would be with these bytes, and what would be found in it and in the others.

        It comes last among the files, so that where two of them contradict each other this one is told of it.
        """
        document, found = read_yaml(data, path)
        others = [other for other in self.read.documents if other.path != path]
        with_it = (*others, document) if isinstance(document.value, dict) else tuple(others)
        rules = rule_findings(replace(self.read, documents=with_it))
        every = [*found, *findings_alone(document), *rules]
        return document, tuple(sorted(every, key=lambda finding: finding.sort_key))

    def refusals(self, data: bytes, path: str) -> tuple[Finding, ...]:
        """What speaks against a text that is not complete yet: errors about what stands there, and warnings."""
        _, found = self.findings(data, path)
        return tuple(finding for finding in found if finding.location.path == path and finding.code not in TO_FILL)


def trial_of(start: FilePath, config: FilePath | None = None) -> Trial:
    """A trial in the project around `start`, or the one whose file is `config`. Raises ProjectError."""
    root, read, findings = read_all(start, config)
    return Trial(root=root, read=read, unread=findings)


def trial_of_text(text: str, root: FilePath) -> Trial:
    """A trial in a project that is not written yet: the text of its smsops.yaml, and no channel."""
    document, found = read_yaml(text.encode(errors="replace"), PROJECT_FILE)
    findings = [*found, *(schema_findings(document, "project") if document.value is not None else ())]
    has_errors = any(finding.severity is Severity.ERROR for finding in findings)
    project = None if has_errors else build_project(document, root=os.fspath(root))
    read = Read(documents=(), project=project, project_document=document)
    findings += rule_findings(read)
    return Trial(root=root, read=read, unread=tuple(findings))
