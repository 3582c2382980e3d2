"""Nothing is quadratic and nothing keeps more than it needs: counted at one size and at twice that size.

What counts as work is a call, of a function of ours or of Python's own. The texts of a scene are of a kind that is
compared by a function of ours, so a comparison counts too, also one inside `in`, `sorted` or a dictionary.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from smsops.files.load import load_project
from smsops.frozen import replace
from smsops.gates import judge
from smsops.merging import merged
from smsops.model import EMPTY_BASE, Base, BaseChannel, Channel, DesiredState, LiveState
from smsops.plan import plan
from smsops.planned import Plan, plan_to_json
from smsops.project import MaxRemovals, Policy
from smsops.render.drawn import Drawn
from smsops.render.plan_page import plan_page
from smsops.render.text import plan_text
from smsops.saved import SavedPlan, ShardMark
from smsops.sharding import load_of, shared
from tests.cli.door import PROJECT, write_project
from tests.core import build

SIZE = 60
GROWTH = 2.2
"""How much more work twice as much may be: what is sorted takes a little more than twice as long."""
BYTES = {"files": 7_000, "plan": 2_300, "shards": 600}
"""How much more memory one more channel may need at the peak: read from its file, planned, and shared out."""

pytestmark = pytest.mark.no_cover


class Text(str):
    """Text that is compared by a function."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented

    def __lt__(self, other: str) -> bool:
        return str.__lt__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


def calls(work: Callable[[], object]) -> int:
    """How many calls the work takes."""
    count = 0

    def called(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    tracer = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(tracer)
    return count


# --- scenes ------------------------------------------------------------------------------------------------

Scene = tuple[DesiredState, LiveState, Base]


def number(index: int) -> Text:
    return Text(f"+1206{5_550_000 + index}")


def sid(index: int) -> Text:
    return Text(f"MG{index:032x}")


def name(index: int) -> Text:
    return Text(f"channel-{index:05}")


def channels(count: int, *, pinned: bool = True, shift: int = 0) -> list[Channel]:
    return [
        replace(
            build.channel(name(i), number((i + shift) % count), service_sid=sid(i) if pinned else None),
            path=Text(f"channels/{name(i)}.yaml"),
        )
        for i in range(count)
    ]


def live(count: int) -> LiveState:
    services = [build.service(sid(i), name(i), number(i)) for i in range(count)]
    return build.live(*services, numbers=map(number, range(count)))


def recorded(count: int) -> Base:
    """Of before the services had these names."""
    fields = {"friendly_name": "another"}
    entries = [BaseChannel(service_sid=sid(i), fields=fields, pool=frozenset([number(i)])) for i in range(count)]
    return Base(channels={str(name(i)): entry for i, entry in enumerate(entries)})


def in_line(count: int) -> Scene:
    return build.desired(*channels(count)), live(count), recorded(count)


def all_new(count: int) -> Scene:
    numbers = map(number, range(count))
    return build.desired(*channels(count, pinned=False)), build.live(numbers=numbers), EMPTY_BASE


def all_moved(count: int) -> Scene:
    """Each channel takes the number of the next."""
    return build.desired(*channels(count, shift=1)), live(count), recorded(count)


def all_renamed(count: int) -> Scene:
    """Each file has another name than in the record."""
    left = {f"old-{one}": entry for one, entry in recorded(count).channels.items()}
    return build.desired(*channels(count, pinned=False)), live(count), Base(channels=left)


def all_gone(count: int) -> Scene:
    """One file is left."""
    return build.desired(*channels(1)), live(count), recorded(count)


SCENES = (in_line, all_new, all_moved, all_renamed, all_gone)


def planned(scene: Scene) -> Plan:
    desired, there, base = scene
    drawn = plan(desired=desired, live=there, base=base)
    policy = Policy(max_removals=MaxRemovals(count=0, percent=0))
    judged = judge(drawn, desired=desired, base=base, policy=policy, allow=frozenset())
    return Plan(accounts=(judged,), created_at="2026-01-01T00:00:00Z", expires_at="2026-01-02T00:00:00Z")


def drawn(scene: Scene) -> Drawn:
    by_name = {channel.name: channel for channel in scene[0].channels}
    return Drawn(plan=planned(scene), channels=by_name, next_command="smsops apply")


# --- work --------------------------------------------------------------------------------------------------


def growth(work: Callable[[int], Callable[[], object]], size: int = SIZE) -> tuple[float, str]:
    """How many times the calls for twice the size are, and the calls in words. The first run of all warms caches."""
    work(size)()
    few, many = calls(work(size)), calls(work(2 * size))
    return many / few, f"{few} calls for {size}, {many} for {2 * size}"


@pytest.mark.parametrize("scene", SCENES)
def test_twice_as_many_channels_are_twice_the_work_to_plan(scene: Callable[[int], Scene]) -> None:
    def work(count: int) -> Callable[[], object]:
        made = scene(count)
        return lambda: planned(made)

    factor, told = growth(work)
    assert factor <= GROWTH, told


@pytest.mark.parametrize("scene", SCENES)
def test_twice_as_many_changes_are_twice_the_work_to_show(scene: Callable[[int], Scene]) -> None:
    def work(count: int) -> Callable[[], object]:
        made = drawn(scene(count))
        return lambda: (plan_text(made, color=False), plan_page(made), plan_to_json(made.plan))

    factor, told = growth(work)
    assert factor <= GROWTH, told


@pytest.mark.parametrize("scene", [in_line, all_moved, all_gone])
def test_twice_as_many_channels_are_twice_the_work_to_share_out(scene: Callable[[int], Scene]) -> None:
    def work(count: int) -> Callable[[], object]:
        desired, _, base = scene(count)
        return lambda: shared([load_of(desired, base)], 8)

    factor, told = growth(work)
    assert factor <= GROWTH, told


def test_twice_as_many_shards_are_twice_the_work_to_merge() -> None:
    def work(count: int) -> Callable[[], object]:
        made = [_shard(index, count // 10) for index in range(count // 10)]
        return lambda: merged(made)

    factor, told = growth(work)
    assert factor <= GROWTH, told


def _shard(index: int, of: int) -> tuple[str, SavedPlan]:
    desired, there, base = in_line(10 * of)
    mine = frozenset(channel.name for channel in desired.channels[10 * index : 10 * index + 10])
    mark = ShardMark(index=index + 1, of=of, partial=False, configuration="", assignment="", most_removals={})
    plan = planned((replace(desired, selected=mine), there, base))
    return f"{index}.json", SavedPlan(plan=plan, servers={}, shard=mark)


CHANNEL = """name: {name}
provider: twilio
account: us
direction: inbound-and-outbound
messaging_service_sid: {sid}
webhook_url: https://hooks.example.com/in
status_callback_url: https://hooks.example.com/status
phone_numbers: ["{number}", "{other}"]
"""


def project(folder: Path, count: int, *, clashing: bool = False) -> Path:
    """So many files; `clashing`: each declares a number that the next one declares, too."""
    files = {}
    for i in range(count):
        other = number(2 * i + (2 if clashing else 1))
        files[str(name(i))] = CHANNEL.format(name=name(i), sid=sid(i), number=number(2 * i), other=other)
    return write_project(folder / f"{count}-{clashing}", project=PROJECT, **files)


@pytest.mark.parametrize("clashing", [False, True])
def test_twice_as_many_files_are_twice_the_work_to_read_and_check(tmp_path: Path, clashing: bool) -> None:
    def work(count: int) -> Callable[[], object]:
        root = project(tmp_path, count, clashing=clashing)
        return lambda: load_project(root)

    factor, told = growth(work, size=24)
    assert factor <= GROWTH, told


# --- memory ------------------------------------------------------------------------------------------------


def bytes_a_channel(work: Callable[[int], Callable[[], object]], size: int = SIZE) -> float:
    """What one more channel adds to the peak. The first run of all fills caches, which are no channel's."""
    work(size)()
    peaks = []
    for count in (size, 2 * size):
        made = work(count)
        gc.collect()
        tracemalloc.start()
        try:
            made()
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    return (peaks[1] - peaks[0]) / size


def test_a_channel_that_was_read_keeps_little_more_than_its_values(tmp_path: Path) -> None:
    def work(count: int) -> Callable[[], object]:
        root = project(tmp_path, count)
        return lambda: load_project(root)

    assert bytes_a_channel(work, size=16) <= BYTES["files"]


def test_a_plan_keeps_little_of_a_channel_without_changes() -> None:
    def work(count: int) -> Callable[[], object]:
        made = in_line(count)
        return lambda: planned(made)

    assert bytes_a_channel(work) <= BYTES["plan"]


def test_sharing_out_keeps_little_of_a_channel() -> None:
    def work(count: int) -> Callable[[], object]:
        desired, _, base = in_line(count)
        return lambda: shared([load_of(desired, base)], 8)

    assert bytes_a_channel(work) <= BYTES["shards"]
