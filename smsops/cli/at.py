"""One channel at a date or at a revision, for `smsops show`."""

from __future__ import annotations

import re

from smsops.audit.population import parsed_time
from smsops.cli.past import Retold, past_of
from smsops.cli.project import InvalidFiles, UnknownChannel
from smsops.cli.terminal import Terminal
from smsops.diagnostics import has_errors
from smsops.history.contents import declared_of, wanted_of_channel
from smsops.history.moment import Moment, applied_by, checked_by, effect_at, rows_of, version_at
from smsops.history.reading import commit_by
from smsops.history.recorded import Apply
from smsops.history.values import Past
from smsops.model import Channel
from smsops.revisions import commit_of_revision, written_out

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def moment_at(terminal: Terminal, name: str, asked: str) -> Moment:
    """What is known of the channel then. `asked` is a date, which means its end, or a revision.

    Raises UsageError, NoHistory, UnknownChannel where git did not have it then, and InvalidFiles where its file was no
    channel.
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
    names = [version.channel] if version else sorted(past.names)
    channel = _channel_at(found, commit, names, asked)
    # Of a revision one asks what became of it, of a date what held on it.
    live = None if until or place is None else effect_at(past.versions, places, place)
    known = (live, live.inventory.get(channel.name)) if live else None
    if until:
        known = applied_by(_applies(found, past), sorted(past.names), until)
    apply, entry = known or (None, None)
    checks = (check for check in found.chronicle.checks if check.account == channel.account)
    return Moment(
        asked=asked,
        version=version,
        apply=apply,
        entry=entry,
        check=checked_by(checks, until) if until else None,
        rows=rows_of(wanted_of_channel(channel), entry),
        declared=tuple(declared_of(channel)),
    )


def _applies(found: Retold, past: Past) -> tuple[Apply, ...]:
    accounts = {version.account for version in past.versions}
    return tuple(a for a in found.chronicle.applies if a.account in accounts and a.path in found.chronicle.counting)


def _channel_at(found: Retold, commit: str, names: list[str], asked: str) -> Channel:
    from smsops.files.load import load_project  # only here: the help of a command needs no YAML

    with written_out(found.project.root, commit) as folder:
        config = folder / found.project.project.path
        loaded = load_project(folder, config) if config.exists() else None
    channels = [channel for channel in loaded.channels if channel.name in names] if loaded else []
    if channels:
        return channels[0]
    stems = tuple(f"/{name}.{suffix}" for name in names for suffix in ("yaml", "yml"))
    wrong = tuple(f for f in loaded.findings if f.location.path.endswith(stems)) if loaded else ()
    if has_errors(wrong):
        raise InvalidFiles(wrong)
    raise UnknownChannel(
        f"At {asked} git had no channel {names[0]!r}.", hint=f"smsops history {names[0]} shows when it did."
    )
