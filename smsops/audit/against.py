"""Whether records say what git said at their commit. Pure.

An apply moves the ledger's inventory on by what it did, and what it did comes from the files of its commit. So whatever
is new in an inventory, against the account's records before, must stand in the files of the record's commit. What a
service had stays its own when its channel gets another name: a write that failed leaves there what was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from smsops.history.contents import Wanted
from smsops.history.recorded import Apply, Entry

Told = tuple[str, str]
"""Path of the record, and a sentence."""


def against_git(
    applies: Iterable[Apply], line: frozenset[str], wanted: Callable[[str, str], Wanted | None]
) -> Iterator[Told]:
    """What records say that git does not; `applies` are those that wrote, oldest first."""
    last: dict[tuple[str, str, str], dict[str, tuple[str, Entry]]] = {}
    for apply in applies:
        if not apply.finished_at:
            continue
        before = last.setdefault((apply.account, apply.account_sid, apply.server), {})
        for channel, entry in sorted(apply.inventory.items()):
            name, was = before.get(entry.service_sid, ("", None))
            if name != channel and name in apply.inventory:
                was = None  # no new name of that channel, which goes on beside this one
            before[entry.service_sid] = (channel, entry)
            if apply.dirty or apply.commit not in line or entry == was:
                continue
            if (said := wanted(apply.commit, channel)) is not None:
                yield from ((apply.path, sentence) for sentence in _differing(apply, channel, entry, was, said))


def _differing(apply: Apply, channel: str, entry: Entry, was: Entry | None, said: Wanted) -> Iterator[str]:
    where = f"in {apply.commit[:12]}"
    for key, value in entry.fields.items():
        if value != (was.fields.get(key) if was else None) and said.fields.get(key, value) != value:
            asked = said.fields[key]
            yield f"The record {apply.path} has {key} of channel {channel} as {value!r}; {where} it is {asked!r}."
    # A number that nobody declared is in a pool before smsops first applies it; the inventory takes none of those on.
    for number in sorted(frozenset(entry.numbers) - frozenset(was.numbers if was else ()) - said.numbers):
        yield (
            f"The record {apply.path} says that {number} came into the pool of channel {channel}; {where} the channel "
            "does not declare it."
        )
