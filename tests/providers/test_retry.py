"""The retry matrix as a table, and the waits between tries."""

from __future__ import annotations

import pytest

from smsops.providers.twilio.answers import Answer, Outcome, Unanswered, Unsent
from smsops.providers.twilio.retry import RetryPolicy, Verdict, doubtful, judge, retry_after_of
from smsops.providers.twilio.routes import AfterLoss

NOW = 1_800_000_000.0


def answer(status: int, code: int | None = None) -> Answer:
    return Answer(status=status, body=b"", error_code=code)


MATRIX: list[tuple[Outcome, Verdict, Verdict]] = [
    # outcome, verdict for what can be repeated, verdict for a create
    (answer(429), Verdict.THROTTLED, Verdict.THROTTLED),
    (answer(429, 20429), Verdict.THROTTLED, Verdict.THROTTLED),
    (answer(503, 20429), Verdict.THROTTLED, Verdict.THROTTLED),
    (answer(409, 20409), Verdict.CONFLICT, Verdict.CONFLICT),
    (answer(409, 20162), Verdict.CONFLICT, Verdict.CONFLICT),
    (answer(400, 21730), Verdict.CONFLICT, Verdict.CONFLICT),
    (answer(503, 21730), Verdict.CONFLICT, Verdict.LOST),
    (answer(500, 20500), Verdict.AGAIN, Verdict.LOST),
    (answer(503, 20503), Verdict.AGAIN, Verdict.LOST),
    (answer(502), Verdict.AGAIN, Verdict.LOST),
    (answer(408), Verdict.AGAIN, Verdict.LOST),
    (Unanswered(reason=""), Verdict.AGAIN, Verdict.LOST),
    (Unsent(reason=""), Verdict.AGAIN, Verdict.AGAIN),
    (Unsent(reason="", final=True), Verdict.FAILED, Verdict.FAILED),
    (answer(400, 20001), Verdict.FAILED, Verdict.FAILED),
    (answer(401, 20003), Verdict.FAILED, Verdict.FAILED),
    (answer(404, 20404), Verdict.FAILED, Verdict.FAILED),
    (answer(409, 21712), Verdict.FAILED, Verdict.FAILED),
    (answer(409), Verdict.FAILED, Verdict.FAILED),
    (answer(412, 21714), Verdict.FAILED, Verdict.FAILED),
    (answer(302), Verdict.FAILED, Verdict.FAILED),
]


@pytest.mark.parametrize(("outcome", "repeatable", "create"), MATRIX)
def test_the_matrix_decides_by_code_then_status(outcome: Outcome, repeatable: Verdict, create: Verdict) -> None:
    assert judge(AfterLoss.REPEAT, outcome, readable=False) is repeatable
    assert judge(AfterLoss.LOOK, outcome, readable=False) is create


def test_a_readable_2xx_is_done_and_a_garbled_one_is_not() -> None:
    for status in (200, 201, 202, 204):
        assert judge(AfterLoss.LOOK, answer(status), readable=True) is Verdict.DONE
    assert judge(AfterLoss.REPEAT, answer(200), readable=False) is Verdict.AGAIN
    assert judge(AfterLoss.LOOK, answer(201), readable=False) is Verdict.LOST


DOUBTFUL: list[Outcome] = [
    Unanswered(reason=""),
    answer(500),
    answer(503, 20503),
    answer(503, 21730),
    answer(408),
    answer(200),
]
SURE: list[Outcome] = [
    Unsent(reason=""),
    answer(429),
    answer(503, 20429),
    answer(409, 20409),
    answer(403),
    answer(404),
    answer(302),
]


def test_only_what_was_sent_and_not_refused_leaves_a_doubt() -> None:
    assert all(doubtful(outcome, readable=False) for outcome in DOUBTFUL)
    assert not any(doubtful(outcome, readable=False) for outcome in SURE)
    assert not doubtful(answer(200), readable=True)


def test_waits_double_from_100_ms_to_the_cap_with_ten_percent_jitter() -> None:
    middle, low, high = (RetryPolicy(draw=lambda drawn=drawn: drawn) for drawn in (0.5, 0.0, 1.0))  # type: ignore[misc]
    assert [middle.pause(n) for n in (1, 2, 3, 4)] == pytest.approx([0.1, 0.2, 0.4, 0.8])
    assert low.pause(3) == pytest.approx(0.36)
    assert high.pause(3) == pytest.approx(0.44)
    assert high.pause(9) == pytest.approx(28.16)
    assert high.pause(10) == high.pause(10_000) == 30.0


def test_what_the_server_asks_for_is_honoured_and_capped() -> None:
    policy = RetryPolicy()
    assert policy.pause(1, retry_after=7) == 7
    assert policy.pause(1, retry_after=45) == 45
    assert policy.pause(1, retry_after=86_400) == 120
    assert RetryPolicy(asked_cap=10).pause(1, retry_after=86_400) == 10


def test_the_server_cannot_make_a_wait_shorter_than_the_back_off() -> None:
    policy = RetryPolicy(draw=lambda: 0.5)
    for asked in (0.0, 0.01, None):
        assert [policy.pause(n, retry_after=asked) for n in (1, 2, 8)] == pytest.approx([0.1, 0.2, 12.8])
    assert policy.pause(10, retry_after=2) == 30
    assert RetryPolicy(draw=lambda: 0.5, asked_cap=1).pause(10, retry_after=2) == 30


def test_the_patience_adds_up_to_what_it_says() -> None:
    policy = RetryPolicy(draw=lambda: 0.5)

    def waited(tries: int, asked: float | None = None) -> float:
        return sum(policy.pause(n, asked) for n in range(1, tries))

    assert waited(policy.tries) == pytest.approx(1.5)
    assert waited(policy.throttled_tries) == waited(policy.throttled_tries, asked=0) == pytest.approx(111.1)
    assert waited(policy.throttled_tries, asked=3600) == 11 * 120
    assert waited(policy.conflict_tries) == pytest.approx(141.1)
    assert waited(policy.looks) == pytest.approx(3.1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 2.5 ", 2.5),
        ("Fri, 15 Jan 2027 08:00:12 GMT", 12.0),
        ("Fri, 15 Jan 2027 07:59:00 GMT", 0.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("9" * 5000, None),
        ("nan", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_of(header, NOW) == seconds


def test_every_verdict_has_a_bound() -> None:
    policy = RetryPolicy()
    assert all(policy.bound(verdict) >= 1 for verdict in Verdict)
    assert policy.bound(Verdict.LOST) == policy.bound(Verdict.FAILED) == 1
