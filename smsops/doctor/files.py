"""Checks of the files: whether they are valid, and whether the copies of the schemas are this smsops' own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from smsops.diagnostics import Finding, Severity
from smsops.doctor.checks import Check, State

_FOLDER = "schemas"


def files_check(findings: Sequence[Finding], *, files: int) -> Check:
    """Counts what `validate` would tell."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    hint = "smsops validate shows each with its place." if findings else ""
    if errors:
        state, said = State.PROBLEM, f"The files have {_many(errors, 'error')} and {_many(warnings, 'warning')}."
    elif warnings:
        state, said = State.WARNING, f"The files are valid, with {_many(warnings, 'warning')}."
    else:
        state, said = State.OK, f"The files are valid; {_many(files, 'file')} read."
    return Check(id="files.valid", state=state, message=said, hint=hint)


def schema_checks(root: Path, texts: Mapping[str, str]) -> Iterator[Check]:
    """Of each copy in the project's `schemas` folder; `texts` are this smsops' own by name. Editors read the copies."""
    copies = {name: root / _FOLDER / f"{name}.schema.json" for name in texts}
    there = {name: path for name, path in copies.items() if path.is_file()}
    if not there:
        yield Check(id="files.schemas", state=State.NOT_CHECKED, message="The project holds no copies of the schemas.")
        return
    other = [name for name, path in there.items() if not _same(path, texts[name])]
    if not other:
        yield Check(id="files.schemas", state=State.OK, message="The copies of the schemas are those of this smsops.")
    for name in other:
        file = f"{_FOLDER}/{name}.schema.json"
        yield Check(
            id="files.schemas",
            state=State.WARNING,
            message="The copy is not the schema of this smsops, so editors judge by other rules than validate.",
            where=file,
            hint=f"smsops schema {name} > {file}",
        )


def _same(path: Path, text: str) -> bool:
    """Whether both say the same, whatever their layout."""
    try:
        copy: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return bool(copy == json.loads(text))


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
