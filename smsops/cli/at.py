"""One channel at a date or at a revision, for `smsops show`."""

from __future__ import annotations

import re

from smsops.audit.population import parsed_time
from smsops.cli.past import Retold, past_of
from smsops.cli.project import UnknownChannel
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Severity
from smsops.errors import ProjectError
from smsops.history.begun import commit_by
from smsops.history.chronicle import Wants
from smsops.history.contents import content_of_value
from smsops.history.filed import Filed, declared_of, filed_of, rows_of, without_secrets
from smsops.history.moment import Moment, Refusal, applied_by, checked_by, effect_at, version_at
from smsops.history.reading import read_past
from smsops.history.recorded import Apply
from smsops.history.values import Past
from smsops.history.versions import followed
from smsops.model import Channel
from smsops.revisions import commit_of_revision, written_out

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def moment_at(terminal: Terminal, name: str, asked: str) -> Moment:
    """What is known of the channel then. `asked` is a date, which means its end, or a revision.

    Raises UsageError, NoHistory, and UnknownChannel where git did not have it then. A file that breaks a rule of today,
    or cannot be read, is answered for as far as it goes.
    """
    found, past = past_of(terminal, name)
    until = parsed_time(asked, end_of_day=True) if _DATE.fullmatch(asked) else ""
    commit = (
        commit_by(found.repository, found.read.line[-1], until)
        if until
        else commit_of_revision(found.project.root, asked)
    )
    places = {id: place for place, id in enumerate(found.read.line)}
    place = places.get(commit)
    version = None if place is None else version_at(past.versions, places, place)
    filed = _filed_at(found, commit, [version.channel] if version else [name, *sorted(past.names)], asked)
    # Of a revision one asks what became of it, of a date what held on it.
    live = None if until or place is None else effect_at(past.versions, places, place)
    names = [filed.channel, *sorted(past.names)]
    known = (live, next((live.inventory[one] for one in names if one in live.inventory), None)) if live else None
    if until:
        known = applied_by(_applies(found, past), sorted(past.names), until)
    apply, entry = known or (None, None)
    checks = (check for check in found.chronicle.checks if check.account == filed.account)
    check = checked_by(checks, until) if until else None
    refused, channel = _judged(found, commit, filed.path)
    # A link to another file of the project is nothing that history reads, and validation does.
    content = content_of_value(channel.document) if channel else filed.content
    return Moment(
        asked=asked,
        version=version,
        apply=apply,
        entry=entry,
        check=without_secrets(check) if check else None,
        rows=rows_of(content, entry, valid=channel is not None),
        declared=tuple(declared_of(content).items()),
        refused=refused,
        unreadable=None if channel else filed.unreadable,
    )


def _applies(found: Retold, past: Past) -> tuple[Apply, ...]:
    accounts = {version.account for version in past.versions}
    return tuple(a for a in found.chronicle.applies if a.account in accounts and a.path in found.chronicle.counting)


def _filed_at(found: Retold, commit: str, names: list[str], asked: str) -> Filed:
    wants = found.wants
    if commit not in found.read.line:
        read = read_past(found.repository, found.project.project.path, names[0], tip=commit)
        wants = Wants(followed(read.arrivals, found.project.project.path), read.line)
    marks = next((marks for one in names if (marks := wants.marks(commit, one))), None)
    if marks is None:
        raise UnknownChannel(
            f"At {asked} git had no channel {names[0]!r}.", hint=f"smsops history {names[0]} shows when it did."
        )
    return filed_of(marks)


def _judged(found: Retold, commit: str, path: str) -> tuple[tuple[Refusal, ...], Channel | None]:
    """What validation of today says of the files of then, and the channel when its file passes."""
    from smsops.files.load import load_project  # only here: the help of a command needs no YAML

    project_file = found.project.project.path
    with written_out(found.project.root, commit) as folder:
        try:
            loaded = load_project(folder, folder / project_file)
        except ProjectError as error:
            return (Refusal(code=error.code, path=project_file),), None
    wrong = [one for one in loaded.findings if one.severity is Severity.ERROR]
    told = {(one.location.path, one.code): None for one in wrong if one.location.path in (path, project_file)}
    channel = next((channel for channel in loaded.channels if channel.path == path), None)
    return tuple(Refusal(code=code, path=place) for place, code in told), channel
