"""Shards made whole: exactly what one machine would have planned, or a reason why not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.binding import wanted
from smsops.changes import Gate, digest
from smsops.frozen import replace
from smsops.gates import judge, removals_allowed
from smsops.merging import merged
from smsops.model import Base, BaseChannel, Channel, DesiredState, LiveState, OwnedNumber, Sender
from smsops.plan import plan
from smsops.planned import AccountPlan, Plan
from smsops.project import MaxRemovals, Policy
from smsops.restored import read_saved
from smsops.saved import SavedPlan, ShardMark, saved_text
from smsops.sharding import Piece, load_of, shared
from tests.core.build import ACCOUNT_SID, channel, number_sid, service, sid

NUMBERS = tuple(f"+120655502{n:02}" for n in range(10))
NAMES = tuple("abcdef")
POLICY = Policy(max_removals=MaxRemovals(count=1, percent=0))


def seen(account: LiveState, desired: DesiredState, base: Base) -> LiveState:
    """What a reader brings back: pools of what is named, and all the rest only when a wanted number is in none."""
    wants = wanted(desired, base)
    named = {want.service_sid for want in wants}
    titles = {want.friendly_name for want in wants if want.service_sid not in account.services} - {""}
    read = {s for s, one in account.services.items() if s in named or one.settings.friendly_name in titles}
    in_pools = {number for s in read for number in account.services[s].pool or {}}
    everything = bool({number for want in wants for number in want.numbers} - in_pools)
    return LiveState(
        account_sid=account.account_sid,
        services={
            s: one if everything or s in read else replace(one, pool=None) for s, one in account.services.items()
        },
        numbers=account.numbers if everything else None,
        api_calls=1,
    )


def judged(piece: Piece, account: LiveState, base: Base, allow: frozenset[Gate]) -> AccountPlan:
    found = plan(desired=piece.desired, live=seen(account, piece.desired, base), base=base)
    more = allow | ({Gate.LIMIT} if piece.split else set())
    return judge(found, desired=piece.desired, base=base, policy=POLICY, allow=more)


def whole(*accounts: AccountPlan, partial: bool = False) -> Plan:
    return Plan(
        accounts=accounts,
        created_at="2026-11-25T12:00:00Z",
        expires_at="2026-11-26T12:00:00Z",
        commit="0" * 40,
        partial=partial,
    )


def mark(index: int, of: int, most: Mapping[str, int]) -> ShardMark:
    return ShardMark(index=index, of=of, partial=False, configuration="c", assignment="a", most_removals=most)


def shards(
    desired: DesiredState, account: LiveState, base: Base, count: int, allow: Iterable[Gate] = ()
) -> list[tuple[str, SavedPlan]]:
    """Every shard as its machine saves it, read back from its bytes."""
    allowed = frozenset(allow)
    pieces = shared([load_of(desired, base)], count)
    split = {p.account for shard in pieces for p in shard if p.split}
    most = dict.fromkeys(split, removals_allowed(POLICY.max_removals, base))
    saved = [
        SavedPlan(
            plan=whole(*(judged(piece, account, base, allowed) for piece in shard), partial=True),
            allowed=allowed,
            servers={"us": None},
            shard=mark(index, count, most),
        )
        for index, shard in enumerate(pieces, 1)
    ]
    return [(f"{n}.json", read_saved(saved_text(one).encode())) for n, one in enumerate(saved, 1)]


def unsharded(desired: DesiredState, account: LiveState, base: Base, allow: Iterable[Gate] = ()) -> SavedPlan:
    one = judged(Piece(desired=desired, weight=0), account, base, frozenset(allow))
    return SavedPlan(plan=whole(one), allowed=frozenset(allow), servers={"us": None})


def comparable(saved: SavedPlan) -> dict[str, object]:
    """The file, but for what depends on how much was read at once, and the digest over it."""
    document = json.loads(saved_text(saved))
    document.pop("digest")
    for account in document["accounts"]:
        account.pop("api_calls")
    # A machine that reads more pools has less need to list the numbers.
    document["unmanaged"].pop("numbers")
    for account in document["saved"]["accounts"]:
        account["unmanaged"].pop("numbers")
    return dict(document)


owners = st.tuples(*[st.sampled_from((*NAMES, None))] * len(NUMBERS))


@st.composite
def accounts(draw: st.DrawFn) -> tuple[DesiredState, LiveState, Base]:
    """Any account: who declares, who held and who holds each number, who has a service, who left git."""
    declared, held, holds = draw(owners), draw(owners), draw(owners)
    recorded, exists = (draw(st.frozensets(st.sampled_from(NAMES))) for _ in range(2))
    guarded = draw(st.frozensets(st.sampled_from(NUMBERS), max_size=2))
    validity = draw(st.sampled_from((600, 700)))

    def of(owner: tuple[str | None, ...], name: str) -> list[str]:
        return [number for number, one in zip(NUMBERS, owner, strict=True) if one == name]

    channels: list[Channel] = [
        channel(
            name,
            *(Sender(number=n, protected=n in guarded) for n in of(declared, name)),
            validity_period=validity,
        )
        for name in NAMES
        if of(declared, name)
    ]
    base = Base(
        channels={
            name: BaseChannel(
                service_sid=sid("MG", name), fields={"validity_period": 600}, pool=frozenset(of(held, name))
            )
            for name in sorted(recorded)
        }
    )
    services = {
        sid("MG", name): service(sid("MG", name), name, *of(holds, name), validity_period=600)
        for name in sorted(exists)
    }
    live = LiveState(
        account_sid=ACCOUNT_SID,
        services=services,
        numbers={number: OwnedNumber(sid=number_sid(number), sms=True) for number in NUMBERS},
    )
    return DesiredState(account="us", account_sid=ACCOUNT_SID, channels=tuple(channels)), live, base


@pytest.mark.no_cover
@given(accounts(), st.integers(1, 5), st.sets(st.sampled_from((Gate.LIMIT, Gate.PRUNE, Gate.TAKEOVER, Gate.PROTECTED))))
def test_a_split_account_is_planned_as_if_it_were_whole(
    account: tuple[DesiredState, LiveState, Base], count: int, allow: set[Gate]
):
    parts = shards(*account, count, allow)
    assert comparable(merged(parts)) == comparable(unsharded(*account, allow))
    assert comparable(merged(parts[::-1])) == comparable(merged(parts))


def split() -> list[tuple[str, SavedPlan]]:
    """Two shards of one account, each with changes."""
    wish = DesiredState(
        account="us",
        account_sid=ACCOUNT_SID,
        channels=tuple(channel(name, NUMBERS[i]) for i, name in enumerate(NAMES)),
    )
    numbers = {number: OwnedNumber(sid=number_sid(number), sms=True) for number in NUMBERS}
    return shards(wish, LiveState(account_sid=ACCOUNT_SID, services={}, numbers=numbers), Base(), 2)


def remarked(named: tuple[str, SavedPlan], **changes: object) -> tuple[str, SavedPlan]:
    name, saved = named
    assert saved.shard is not None
    return name, replace(saved, shard=replace(saved.shard, **changes))  # type: ignore[arg-type]


def replanned(named: tuple[str, SavedPlan], **changes: object) -> tuple[str, SavedPlan]:
    name, saved = named
    return name, replace(saved, plan=replace(saved.plan, **changes))  # type: ignore[arg-type]


def test_two_shards_make_one_plan_that_is_whole():
    found = merged(split())
    assert found.shard is None
    assert not found.plan.partial
    assert len(found.plan.changes) == 12
    assert len(found.plan.accounts[0].aims) == 6
    assert not found.plan.accounts[0].partial


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda one, two: [one], "shard 2 of 2 is missing"),
        (lambda one, two: [remarked(one, of=4), remarked(two, of=4)], "shards 3, 4 of 4 are missing"),
        (lambda one, two: [one, one], "1.json and 1.json are both shard 1 of 2"),
        (lambda one, two: [one, remarked(two, of=3, index=3)], "2.json is a shard of 3, and 1.json is one of 2"),
        (lambda one, two: [one, replanned(two, commit="1" * 40)], "2.json was made from another commit than 1.json"),
        (lambda one, two: [one, remarked(two, configuration="x")], "2.json was made from other files than 1.json"),
        (lambda one, two: [one, remarked(two, assignment="x")], "2.json was made from another ledger, or with other"),
        (lambda one, two: [one, (two[0], replace(two[1], allowed=frozenset({Gate.PRUNE})))], "with another --allow"),
        (lambda one, two: [one, (two[0], replace(two[1], servers={"us": "127.0.0.1"}))], "the server of account us"),
        (lambda one, two: [one, remarked(two, most_removals={"us": 99})], "how much may be removed of account us"),
        (lambda one, two: [one, remarked(two, partial=True)], "2.json was made for other channels than 1.json"),
        (lambda one, two: [one, (two[0], replace(two[1], shard=None))], "2.json is a whole plan, and no shard of one"),
        (lambda one, two: [one, replanned(two, accounts=one[1].plan.accounts)], "channel . of account us is in two"),
    ],
    ids=[
        "missing",
        "many missing",
        "twice",
        "other count",
        "commit",
        "files",
        "ledger",
        "allow",
        "server",
        "limit",
        "partial",
        "whole",
        "overlap",
    ],
)
def test_shards_that_do_not_make_one_plan_are_refused(break_it: object, words: str):
    one, two = split()
    with pytest.raises(ValueError, match=words):
        merged(break_it(one, two))  # type: ignore[operator]


def test_a_number_that_two_shards_change_is_refused():
    one, two = split()
    (account,) = two[1].plan.accounts
    stolen = [c for c in one[1].plan.changes if c.action == "number.attach"]
    odd = replace(account, changes=(*account.changes, replace(stolen[0], channel="z")))
    with pytest.raises(ValueError, match=rf"number \{stolen[0].number} of account us is in two shards"):
        merged([one, replanned(two, accounts=(odd,))])


@pytest.mark.parametrize(
    "moved", [{"account_sid": "AC" + "2" * 32}, {"unmanaged_services": 9}, {"vanished": frozenset({"MG"})}]
)
def test_parts_that_saw_two_different_accounts_are_refused(moved: dict[str, object]):
    one, two = split()
    (account,) = two[1].plan.accounts
    with pytest.raises(ValueError, match="account us was changed while the shards read it"):
        merged([one, replanned(two, accounts=(replace(account, **moved),))])  # type: ignore[arg-type]


def test_the_whole_plan_is_as_old_as_its_oldest_shard():
    one, two = split()
    older = replanned(two, created_at="2026-11-25T11:00:00Z", expires_at="2026-11-26T11:00:00Z", dirty=True)
    found = merged([one, older]).plan
    assert (found.created_at, found.expires_at) == ("2026-11-25T11:00:00Z", "2026-11-26T11:00:00Z")
    assert found.dirty


def test_the_limit_weighs_all_shards_together():
    """Each part removes one number, which the limit allows, and the account three."""
    wish = DesiredState(
        account="us",
        account_sid=ACCOUNT_SID,
        channels=tuple(channel(name, NUMBERS[i], service_sid=sid("MG", name)) for i, name in enumerate("abc")),
    )
    pools = {name: (NUMBERS[i], NUMBERS[i + 5]) for i, name in enumerate("abc")}
    live = LiveState(
        account_sid=ACCOUNT_SID, services={sid("MG", n): service(sid("MG", n), n, *pool) for n, pool in pools.items()}
    )
    base = Base(channels={n: BaseChannel(service_sid=sid("MG", n), pool=frozenset(pool)) for n, pool in pools.items()})
    parts = shards(wish, live, base, 3)
    assert [len(saved.plan.refused) for _, saved in parts] == [0, 0, 0]
    found = merged(parts).plan
    assert {change.refused for change in found.changes} == {Gate.LIMIT}
    assert [f.code for f in found.findings] == ["SMS501"]
    assert not merged(shards(wish, live, base, 3, [Gate.LIMIT])).plan.refused


def test_a_shard_without_work_is_a_shard_all_the_same():
    nothing = SavedPlan(plan=whole(partial=True), servers={}, shard=mark(1, 1, {}))
    found = merged([("1.json", read_saved(saved_text(nothing).encode()))])
    assert found.plan.plan_id == digest([])
    assert not found.plan.partial
