"""The adaptive limit, without time: requests begin and end in the order that a test says."""

from __future__ import annotations

import threading

from smsops.providers.twilio.limiter import START, Ending, Limiter


def _one(limiter: Limiter, ending: Ending) -> int:
    limiter.end(limiter.begin(), ending)
    return limiter.limit


def test_it_starts_low_and_below_the_ceiling() -> None:
    assert Limiter(32).limit == START == 8
    assert Limiter(3).limit == 3
    assert Limiter(0).limit == 1


def test_a_round_trip_of_successes_doubles_it_up_to_the_ceiling() -> None:
    limiter = Limiter(20)
    for mark in [limiter.begin() for _ in range(8)]:
        limiter.end(mark, Ending.SUCCESS)
    assert limiter.limit == 16
    assert [_one(limiter, Ending.SUCCESS) for _ in range(6)] == [17, 18, 19, 20, 20, 20]


def test_the_first_429_halves_it_and_it_never_grows_again() -> None:
    limiter = Limiter(32)
    assert _one(limiter, Ending.THROTTLED) == 4
    assert [_one(limiter, Ending.SUCCESS) for _ in range(50)] == [4] * 50


def test_requests_refused_together_halve_it_once() -> None:
    limiter = Limiter(32)
    marks = [limiter.begin() for _ in range(8)]
    for mark in marks:
        limiter.end(mark, Ending.THROTTLED)
    assert limiter.limit == 4
    assert _one(limiter, Ending.THROTTLED) == 2


def test_it_never_falls_below_one() -> None:
    limiter = Limiter(32)
    assert [_one(limiter, Ending.THROTTLED) for _ in range(6)] == [4, 2, 1, 1, 1, 1]


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
