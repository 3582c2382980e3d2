"""`--write-sids`: the SIDs of services go into the channel files that do not pin them yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from smsops.changes import CreateService
from smsops.cli.project import Opened
from smsops.cli.terminal import Terminal
from smsops.outcome import Result
from smsops.render.applied import Applied


def write_sids(applied: Applied, project: Opened, terminal: Terminal) -> None:
    """Splice each SID into its file; what cannot be done is told, with the line to add by hand."""
    from smsops.files.edit import with_service_sid  # only here: the help of a command needs no YAML

    for name, sid in sorted(_known(applied)):
        channel = project.by_name.get(name)
        if channel is None or channel.service_sid is not None:
            continue
        path = Path(project.root, channel.path)
        try:
            data = path.read_bytes()
            pinned = with_service_sid(data, sid)
            if pinned is None:
                terminal.talk(f"warning: {channel.path}: put this line in by hand: messaging_service_sid: {sid}")
                continue
            _replace(path.resolve(), pinned)
            terminal.talk(f"{channel.path}: messaging_service_sid: {sid}")
        except OSError as error:
            terminal.talk(
                f"warning: {channel.path} cannot be written ({error.strerror or error}); put this line in by hand: "
                f"messaging_service_sid: {sid}"
            )


def _known(applied: Applied) -> Iterator[tuple[str, str]]:
    """Channel and SID: services that were bound, and those that were created."""
    for account in applied.plan.accounts:
        yield from account.bound
    for result in applied.results:
        if _created(result):
            yield result.change.channel, str(result.service_sid)


def _created(result: Result) -> bool:
    return isinstance(result.change, CreateService) and result.settled and result.service_sid is not None


def _replace(path: Path, data: bytes) -> None:
    """At once, so that no reader ever sees half of it; the file keeps its mode."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    beside.write_bytes(data)
    beside.chmod(path.stat().st_mode)
    beside.replace(path)
