"""Who reads what: every channel once, both ends of a move together, no shard much heavier than the others."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.model import Base, BaseChannel, Departed, DesiredState
from smsops.sharding import FAIR, Load, Piece, Shard, fitted, load_of, shared
from tests.core.build import channel, desired, sid


def account(name: str, channels: int) -> Load:
    wish = DesiredState(
        account=name,
        account_sid="AC" + name.encode().hex().rjust(32, "0"),
        channels=tuple(channel(f"{name}-{i:04}", f"+1206{hash_of(name, i):07}") for i in range(channels)),
    )
    return load_of(wish, Base())


def hash_of(name: str, index: int) -> int:
    return sum(map(ord, name)) * 5000 + index


def weights(shards: tuple[Shard, ...]) -> list[int]:
    return [sum(piece.weight for piece in shard) for shard in shards]


def planned(shards: tuple[Shard, ...]) -> Counter[tuple[str, str]]:
    return Counter((p.account, c.name) for shard in shards for p in shard for c in p.desired.planned)


def test_two_hundred_equal_accounts_are_shared_evenly_and_none_is_split():
    shards = shared([account(f"a{i:03}", 50) for i in range(200)], 8)
    assert weights(shards) == [25 * 51] * 8
    assert not any(piece.split for shard in shards for piece in shard)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 9))
def test_every_channel_is_in_exactly_one_shard_and_none_is_much_heavier_than_the_mean(sizes: list[int], count: int):
    loads = [account(f"a{i:02}", size) for i, size in enumerate(sizes)]
    shards = shared(loads, count)
    assert len(shards) == count
    assert planned(shards) == Counter((load.desired.account, c.name) for load in loads for c in load.desired.channels)
    assert shards == shared(list(loads), count)
    total = sum(weights(shards))
    # A channel is whole, and each part of an account costs a list more.
    assert max(weights(shards)) * count <= FAIR * total or (max(weights(shards)) - 3) * count <= total
    for shard in shards:
        assert len({piece.account for piece in shard}) == len(shard)
    for piece in (piece for shard in shards for piece in shard):
        assert piece.weight == 1 + len(piece.desired.planned)
    heads = Counter(p.account for shard in shards for p in shard if p.desired.looks_at_left)
    assert all(times == 1 for times in heads.values())
    assert heads.keys() == {load.desired.account for load in loads}


def test_one_very_large_account_is_split_and_a_small_one_is_not():
    shards = shared([account("big", 400), account("small", 9)], 4)
    mean = sum(weights(shards)) / 4
    assert max(weights(shards)) <= FAIR * mean
    assert {piece.account for shard in shards for piece in shard if piece.split} == {"big"}


def test_three_equal_accounts_on_two_machines_are_split_rather_than_left_uneven():
    found = weights(shared([account(name, 50) for name in ("a", "b", "c")], 2))
    assert max(found) <= FAIR * sum(found) / 2


def piece_with(shards: tuple[Shard, ...], name: str) -> Piece:
    (found,) = (p for shard in shards for p in shard if name in {c.name for c in p.desired.planned})
    return found


def test_both_ends_of_a_move_stay_together_and_so_does_a_chain_of_moves():
    names = [f"c{i:02}" for i in range(30)]
    channels = [channel(name, f"+120655501{i:02}") for i, name in enumerate(names)]
    # c00 takes from c10, c10 from c20: the base says who held the number
    pools = {"c10": "+12065550100", "c20": "+12065550110"}
    base = Base(
        channels={n: BaseChannel(service_sid=sid("MG", n), pool=frozenset({number})) for n, number in pools.items()}
    )
    shards = shared([load_of(desired(*channels), base)], 10)
    together = {c.name for c in piece_with(shards, "c00").desired.planned}
    assert {"c00", "c10", "c20"} <= together
    assert len(together) < 30


def test_who_takes_a_number_from_what_left_git_is_planned_with_it():
    channels = [channel(f"c{i:02}", f"+120655501{i:02}") for i in range(20)]
    base = Base(
        channels={"gone": BaseChannel(service_sid=sid("MG", "1"), pool=frozenset({"+12065550107"}))},
        departed={
            sid("MG", "2"): Departed(
                channel="older", entry=BaseChannel(service_sid=sid("MG", "2"), pool=frozenset({"+12065550113"}))
            )
        },
    )
    shards = shared([load_of(desired(*channels), base)], 5)
    for name in ("c07", "c13"):
        assert piece_with(shards, name).desired.looks_at_left
    assert not piece_with(shards, "c01").desired.looks_at_left or len({id(p) for s in shards for p in s}) == 1


def test_parts_of_one_account_that_come_together_are_one_part():
    shards = shared([account("a", 3), account("b", 1)], 1)
    assert [piece.account for piece in shards[0]] == ["a", "b"]
    assert not any(piece.split for piece in shards[0])


@pytest.mark.parametrize(("sizes", "most", "shards"), [((3,), 8, 3), ((50,) * 8, 8, 8), ((), 8, 1), ((0,), 8, 1)])
def test_no_machine_is_asked_for_nothing(sizes: tuple[int, ...], most: int, shards: int):
    found = fitted([account(f"a{i}", size) for i, size in enumerate(sizes)], most)
    assert len(found) == shards
    assert all(found) or not sizes


def test_a_partial_wish_is_split_among_its_own_channels_and_looks_at_nothing_that_left():
    wish = desired(*[channel(f"c{i:02}", f"+120655501{i:02}") for i in range(20)], selected=["c01", "c02", "c03"])
    shards = shared([load_of(wish, Base())], 3)
    assert planned(shards) == Counter({("us", name): 1 for name in ("c01", "c02", "c03")})
    assert not any(piece.desired.looks_at_left for shard in shards for piece in shard)
