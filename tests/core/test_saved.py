"""A plan as a file: what is written is read back as it was, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.changes import Gate, digest
from smsops.diagnostics import Finding, Location, Severity
from smsops.gates import judge
from smsops.masking import Kept
from smsops.model import Base, BaseChannel, Sender
from smsops.plan import plan
from smsops.planned import AccountPlan, Plan
from smsops.project import Policy
from smsops.restored import read_saved
from smsops.saved import SavedPlan, saved_text
from tests.core.build import channel, desired, live, service, sid

A, B, C, D, E = (f"+1206555010{digit}" for digit in range(1, 6))
MG1, MG2, MG3 = (sid("MG", name) for name in "123")
LOGIN = "https://a.example.com/in?next=https://secret@b.example.com"


def judged(*allow: Gate, account: str = "us") -> AccountPlan:
    """A plan with every kind of change, something held back, something done already, a finding and a login."""
    wish = desired(
        channel("a", A, Sender(number=B, protected=True), service_sid=MG1, webhook_url=LOGIN, validity_period=60),
        channel("b", C, service_sid=MG2),
        channel("new", D),
    )
    recorded: dict[str, Kept] = {"friendly_name": "a", "webhook_url": "https://x.example.com/", "validity_period": 50}
    base = Base(
        channels={
            "a": BaseChannel(service_sid=MG1, fields=recorded, pool=frozenset({A, C})),
            "b": BaseChannel(service_sid=MG2, pool=frozenset({E})),
            "gone": BaseChannel(service_sid=MG3),
        }
    )
    now = live(
        service(MG1, "a", A, C, webhook_url="https://y.example.com/", validity_period=60),
        service(MG2, "b", E),
        service(MG3, "gone"),
        numbers=[A, B, C, D, E],
    )
    found = plan(desired=wish, live=now, base=base)
    return judge(found, desired=wish, base=base, policy=Policy(), allow=frozenset(allow))


def saved(*allow: Gate) -> SavedPlan:
    warning = Finding(
        code="SMS603", severity=Severity.WARNING, message="no ledger", location=Location(path="smsops.yaml"), hint="git"
    )
    whole = Plan(
        accounts=(judged(*allow),),
        created_at="2026-11-24T12:00:00Z",
        expires_at="2026-11-25T12:00:00Z",
        commit="0" * 40,
        dirty=True,
        warnings=(warning,),
    )
    return SavedPlan(plan=whole, allowed=frozenset(allow), servers={"us": None})


EVERYTHING = (Gate.CONFLICT, Gate.DELETE_SERVICE)


@pytest.mark.parametrize("allow", [(), EVERYTHING], ids=["refused", "allowed"])
def test_a_plan_reads_back_as_it_was(allow: tuple[Gate, ...]):
    before = saved(*allow)
    text = saved_text(before)
    assert "secret" not in text
    after = read_saved(text.encode())
    assert after.allowed == before.allowed
    assert after.servers == before.servers
    assert after.plan.plan_id == before.plan.plan_id
    assert saved_text(after) == text
    assert len({change.action for change in after.plan.changes}) == (6 if allow else 5)


def test_the_id_tells_two_logins_apart_that_look_the_same():
    text = saved_text(saved())
    other = read_saved(text.encode()).plan
    assert other.plan_id == saved().plan.plan_id
    sides = json.loads(text)["changes"]
    sealed = [diff["sealed"] for change in sides for diff in change.get("fields", []) if "sealed" in diff]
    assert sealed
    assert all(value.startswith("sha256:") for one in sealed for value in one.values())


@given(st.integers(0), st.integers(0, 7))
def test_one_flipped_bit_is_found_wherever_it_is(place: int, bit: int):
    content = bytearray(TEXT.encode())
    content[place % len(content)] ^= 1 << bit
    with pytest.raises(ValueError, match=r"."):
        read_saved(bytes(content))


TEXT = saved_text(saved(*EVERYTHING))


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a document."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = [path for path in places(json.loads(TEXT)) if path[0] not in ("digest", "summary", "ok", "unmanaged")]


@pytest.mark.parametrize("odd", [None, 7, 7.5, True, "odd", [], {}, [[]], {"a": {}}], ids=repr)
def test_a_forged_digest_over_odd_values_is_no_plan_and_no_crash(odd: Any):
    for path in PLACES:
        document = json.loads(TEXT)
        del document["digest"]
        node = document
        for key in path[:-1]:
            node = node[key]
        if node[path[-1]] == odd and type(node[path[-1]]) is type(odd):
            continue
        node[path[-1]] = odd
        forged = json.dumps({**document, "digest": digest(document)}, indent=2) + "\n"
        try:
            found = read_saved(forged.encode())
        except ValueError:
            continue
        saved_text(found)  # what is taken is whole: it can be written again


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "7", '"x"', "[" * 100_000, '{"digest": 1}', "\ufeff{}", '{"a": NaN}'], ids=repr
)
def test_what_is_no_plan_at_all_is_refused(text: str):
    with pytest.raises(ValueError, match=r"."):
        read_saved(text.encode())


def forged(change: Any) -> bytes:
    """A plan that somebody changed, with the digest and the id that fit."""
    document = json.loads(TEXT)
    del document["digest"]
    change(document)
    return (json.dumps({**document, "digest": digest(document)}, indent=2) + "\n").encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(expires_at="zzzz"), "is no time"),
        (lambda d: d["accounts"].append(d["accounts"][0]), "names an account twice"),
        (lambda d: d["changes"][0].update(fields=[]), "without its name"),
        (lambda d: d["changes"][-1].update(service_sid="../../x"), "is no service_sid"),
        (lambda d: d["changes"][0]["fields"][0].update(after="another"), "its id does not fit"),
    ],
    ids=["a time", "an account twice", "a create without a name", "a path for a SID", "a change"],
)
def test_a_forged_plan_has_to_make_sense(change: Any, words: str):
    with pytest.raises(ValueError, match=words):
        read_saved(forged(change))
