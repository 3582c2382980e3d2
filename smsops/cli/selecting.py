"""What a run looks at: all channels, those that were named, those that changed since a revision, one shard of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smsops.changes import digest
from smsops.cli.project import Opened
from smsops.cli.wishes import Wish
from smsops.diagnostics import has_errors
from smsops.effective import changed, configuration, effective
from smsops.errors import UsageError
from smsops.gates import removals_allowed
from smsops.ledger.remembered import base_to_json
from smsops.model import EMPTY_BASE, Base, DesiredState
from smsops.project import Policy
from smsops.revisions import written_out
from smsops.saved import ShardMark
from smsops.sharding import Piece, Shard, load_of, shared


def desired_states(project: Opened, wish: Wish, bases: Mapping[str, Base]) -> list[DesiredState]:
    """The desired state of each account that is to be read: it has channels, or records of channels that left.

    Raises UnknownChannel, and UsageError for a revision that is not here.
    """
    project.require(wish.channels)
    selected = frozenset(wish.channels) or None
    left: frozenset[str] = frozenset()
    if wish.since is not None:
        if wish.channels:
            raise UsageError("--changed-since chooses the channels; name none beside it.")
        selected, left = _since(project, wish.since)
    states = []
    for name, account in sorted(project.project.accounts.items()):
        state = DesiredState(
            account=name,
            account_sid=account.account_sid,
            channels=tuple(channel for channel in project.channels if channel.account == name),
            selected=selected,
            also_left=name in left,
        )
        if state.planned or (state.looks_at_left and bases[name] != EMPTY_BASE):
            states.append(state)
    return states


def _since(project: Opened, revision: str) -> tuple[frozenset[str], frozenset[str]]:
    """Channels that ask for something else than at the revision, and accounts that a channel has left since."""
    from smsops.files.load import load_project  # only here: the help of a command needs no YAML

    with written_out(project.root, revision) as folder:
        config = folder / project.project.path
        loaded = load_project(folder, config) if config.exists() else None
    # Where the files of then are not valid, what they asked for is not known: it differs, and anything may have left.
    then = effective(loaded.project, loaded.channels) if loaded and loaded.project else {}
    found = changed(effective(project.project, project.channels), then)
    is_known = loaded is not None and loaded.project is not None and not has_errors(loaded.findings)
    return found.channels, found.left if is_known else frozenset(project.project.accounts)


def shards_of(states: Sequence[DesiredState], bases: Mapping[str, Base], count: int) -> tuple[Shard, ...]:
    """Who reads what, of so many machines."""
    return shared([load_of(state, bases[state.account]) for state in states], count)


def share_of(
    project: Opened, wish: Wish, states: Sequence[DesiredState], bases: Mapping[str, Base]
) -> tuple[Shard, ShardMark | None]:
    """What this run reads, and what a saved plan says of it; everything, and nothing, without `--shard`."""
    if wish.shard is None:
        return tuple(Piece(desired=state, weight=0) for state in states), None
    index, count = wish.shard
    shards = shards_of(states, bases, count)
    split = {piece.desired.account for shard in shards for piece in shard if piece.split}
    mark = ShardMark(
        index=index,
        of=count,
        partial=wish.partial,
        configuration=configuration(project.project, project.channels),
        assignment=digest(
            [
                [[_piece(piece) for piece in shard] for shard in shards],
                {state.account: base_to_json(bases[state.account]) for state in states},
            ]
        ),
        most_removals={name: _most(project.project.policy, bases[name]) for name in sorted(split)},
    )
    return shards[index - 1], mark


def _piece(piece: Piece) -> list[object]:
    desired = piece.desired
    return [desired.account, [channel.name for channel in desired.planned], desired.looks_at_left]


def _most(policy: Policy, base: Base) -> int:
    return removals_allowed(policy.max_removals, base)
