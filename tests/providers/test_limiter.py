"""The adaptive limit, without time: requests begin and end in the order that a test says."""

from __future__ import annotations

import threading

from smsops.providers.twilio.limiter import START, Ending, Limiter


def _one(limiter: Limiter, ending: Ending) -> int:
    limiter.end(limiter.begin(), ending)
    return limiter.limit


def test_it_starts_low_and_below_the_ceiling() -> None:
    assert Limiter(32).limit == START == 16
    assert Limiter(3).limit == 3
    assert Limiter(0).limit == 1


def test_a_round_trip_of_successes_doubles_it_up_to_the_ceiling() -> None:
    limiter = Limiter(36)
    for mark in [limiter.begin() for _ in range(16)]:
        limiter.end(mark, Ending.SUCCESS)
    assert limiter.limit == 32
    assert [_one(limiter, Ending.SUCCESS) for _ in range(6)] == [33, 34, 35, 36, 36, 36]


def test_a_refusal_of_few_halves_it_and_it_never_grows_again() -> None:
    limiter = Limiter(32)
    assert _one(limiter, Ending.THROTTLED) == 8
    assert [_one(limiter, Ending.SUCCESS) for _ in range(50)] == [8] * 50


def test_what_is_under_way_when_others_are_refused_becomes_the_limit() -> None:
    limiter = Limiter(32)
    marks = [limiter.begin() for _ in range(16)]
    for mark in marks[10:]:
        limiter.end(mark, Ending.THROTTLED)
    assert limiter.limit == 10
    for mark in marks[:10]:
        limiter.end(mark, Ending.SUCCESS)
    assert limiter.limit == 10


def test_one_too_many_lowers_it_by_one() -> None:
    limiter = Limiter(64)
    for mark in [limiter.begin() for _ in range(16)]:
        limiter.end(mark, Ending.SUCCESS)
    *_, last = [limiter.begin() for _ in range(31)]
    limiter.end(last, Ending.THROTTLED)
    assert limiter.limit == 30


def test_requests_refused_together_halve_it_once() -> None:
    limiter = Limiter(32)
    marks = [limiter.begin() for _ in range(16)]
    for mark in marks:
        limiter.end(mark, Ending.THROTTLED)
    assert limiter.limit == 8
    assert _one(limiter, Ending.THROTTLED) == 4


def test_it_never_falls_below_one() -> None:
    limiter = Limiter(32)
    assert [_one(limiter, Ending.THROTTLED) for _ in range(7)] == [8, 4, 2, 1, 1, 1, 1]


def test_other_endings_change_nothing() -> None:
    assert _one(Limiter(32), Ending.OTHER) == START


def test_no_more_than_the_limit_are_under_way() -> None:
    limiter = Limiter(1)
    first = limiter.begin()
    entered = threading.Event()

    def enter() -> None:
        limiter.begin()
        entered.set()

    second = threading.Thread(target=enter, daemon=True)
    second.start()
    assert not entered.is_set()
    limiter.end(first, Ending.OTHER)
    second.join(10)
    assert entered.is_set()
