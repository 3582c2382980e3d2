"""After the writes: read every touched service again, and say what is not as the changes meant it to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import assert_never

from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    MoveNumber,
    UpdateService,
)
from smsops.errors import ProviderError
from smsops.masking import Value, masked
from smsops.model import LiveService, Unmanaged
from smsops.providers.base import Reader


@dataclass(slots=True)
class _Meant:
    """What the done changes meant one service to be."""

    channel: str
    fields: dict[str, FieldDiff] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    gone: bool = False


def differences(done: Sequence[tuple[Change, str]], *, reader: Reader, concurrency: int) -> tuple[str, ...]:
    """Sentences about what differs; empty when live equals the plan. `done` pairs each change with its service SID."""
    meant = _meant(done)
    with ThreadPoolExecutor(max_workers=max(1, concurrency)) as pool:
        told = pool.map(lambda item: _check(item[0], item[1], reader), sorted(meant.items()))
        return tuple(sentence for sentences in told for sentence in sentences)


def _meant(done: Sequence[tuple[Change, str]]) -> dict[str, _Meant]:
    meant: dict[str, _Meant] = {}
    for change, sid in done:
        service = meant.setdefault(sid, _Meant(channel=change.channel))
        match change:
            case CreateService() | UpdateService():
                service.fields.update({diff.name: diff for diff in change.fields})
            case AttachNumber():
                service.present.add(change.number)
            case MoveNumber():
                service.present.add(change.number)
                origin = meant.setdefault(
                    change.from_service_sid, _Meant(channel=change.from_channel or change.channel)
                )
                origin.absent.add(change.number)
            case DetachNumber():
                service.absent.add(change.number)
            case DeleteService():
                service.gone = True
            case _ as never:
                assert_never(never)
    return meant


def _check(sid: str, meant: _Meant, reader: Reader) -> list[str]:
    try:
        live = reader.read_back(
            sid,
            settings=bool(meant.fields) or meant.gone,
            pool=bool(meant.present or meant.absent) and not meant.gone,
            settled=lambda seen: not list(_differences(sid, meant, seen)),
        )
    except ProviderError as error:
        return [f"{meant.channel}: {sid} could not be read back: {error.message}"]
    return list(_differences(sid, meant, live))


def _differences(sid: str, meant: _Meant, live: LiveService | None) -> Iterator[str]:
    if live is None:
        if not meant.gone:
            yield f"{meant.channel}: {sid} is not there."
    elif meant.gone:
        yield f"{meant.channel}: {sid} is still there."
    else:
        for name, diff in meant.fields.items():
            found = getattr(live.settings, name)
            if found != diff.after:
                seen: Value = None if isinstance(found, Unmanaged) else found
                yield f"{meant.channel}: {diff.field} is {masked(seen)!r}, not {masked(diff.after)!r}."
        pool = live.pool or {}
        yield from (f"{meant.channel}: {number} is not in the pool." for number in sorted(meant.present - pool.keys()))
        yield from (f"{meant.channel}: {number} is still in the pool." for number in sorted(meant.absent & pool.keys()))
