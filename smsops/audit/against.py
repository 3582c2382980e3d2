"""Whether records say what git said at their commit. Pure.

An apply moves the ledger's inventory on by what it did, and what it did comes from the files of its commit. So whatever
is new in an inventory, against the account's records before, must stand in the files of the record's commit. What a
service had stays its own when its channel gets another name: a write that failed leaves there what was. A channel that
left git stays in the inventory as it was, too, until its service is deleted; one that git never had is never in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from smsops.history.contents import Unsaid, Wanted
from smsops.history.recorded import Apply, Entry

Told = tuple[str, str]
"""Path of the record, and a sentence."""


def against_git(
    applies: Iterable[Apply], line: frozenset[str], wanted: Callable[[str, str], Wanted | Unsaid]
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
            if apply.dirty or apply.commit not in line or (name, was) == (channel, entry):
                continue
            said = wanted(apply.commit, channel)
            if isinstance(said, Wanted):
                yield from ((apply.path, sentence) for sentence in _differing(apply, channel, entry, was, said))
            elif said is Unsaid.NO_CHANNEL and (name != channel or _is_more(entry, was)):
                yield apply.path, _unheard(apply, channel, entry, known=name == channel)


def _is_more(entry: Entry, was: Entry | None) -> bool:
    """Whether a channel has anything that it had not: a number that leaves it is nothing new."""
    fields, numbers = (was.fields, was.numbers) if was else ({}, ())
    return not (entry.fields.items() <= fields.items() and frozenset(entry.numbers) <= frozenset(numbers))


def _unheard(apply: Apply, channel: str, entry: Entry, *, known: bool) -> str:
    what = "new values or numbers of" if known else f"service {entry.service_sid} as"
    where = f"in {apply.commit[:12]} git has no channel of that name"
    return f"The record {apply.path} has {what} channel {channel}; {where}."


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
