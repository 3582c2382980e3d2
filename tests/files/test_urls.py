"""URLs that Twilio may call, and hosts that a policy covers. The list of refused URLs is in `tests/cases/bad`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsops.files.urls import host_allowed, host_of, url_problem


@pytest.mark.parametrize(
    ("pattern", "host", "allowed"),
    [
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.example.com.evil.net", False),
        ("*.example.com", "aexample.com", False),
        ("*.example.com", ".example.com", False),
        ("*.Example.com", "a.example.com", True),
        ("example.com", "example.com", True),
        ("example.com", "a.example.com", False),
        ("example.com", "examplescom", False),
        ("staging.*.example.com", "staging.sms.example.com", True),
        ("staging.*.example.com", "staging.sms.grid.example.com", True),
        ("staging.*.example.com", "staging.example.com", False),
        ("staging.*.example.com", "x.staging.sms.example.com", False),
        ("*", "anything.example", True),
        ("hooks.*", "hooks.example.com", True),
    ],
)
def test_a_star_stands_for_one_or_more_whole_labels(pattern: str, host: str, allowed: bool):
    assert host_allowed(host, (pattern,)) is allowed
    assert host_allowed(host, ("nothing.example.org", pattern)) is allowed


def test_no_pattern_allows_no_host():
    assert not host_allowed("a.example.com", ())


@pytest.mark.parametrize(
    "url",
    [
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example.com/",
        "https://a.example.com?x",
        "https://a.example.com#rc=2",
        "https://example.com./",
    ],
)
def test_public_hosts_of_every_kind_are_accepted(url: str):
    assert url_problem(url) is None


def test_a_problem_never_repeats_user_info():
    for url in ("https://user:hunter2@a.example.com/", "https://hunter2@10.0.0.1/", "http://u:hunter2@a.example.com/"):
        problem = url_problem(url)
        assert problem is not None
        assert "hunter2" not in str(problem)


@given(st.text(max_size=60) | st.text("https://@:[].0x1a{}%#?\\", max_size=40).map(lambda text: f"https://{text}"))
def test_any_text_is_judged_without_an_error(text: str):
    problem = url_problem(text)
    assert problem is None or problem.code.startswith("SMS2")
    if problem is None:
        assert host_of(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "0.0.0.0"])
def test_no_spelling_of_a_private_address_passes(host: str):
    parts = [int(part) for part in host.split(".")]
    number = int.from_bytes(bytes(parts), "big")
    spellings = [str(number), hex(number), f"0{number:o}", ".".join(hex(part) for part in parts), f"{host}."]
    spellings += [".".join(f"0{part:o}" for part in parts), f"{parts[0]}.{number & 0xFFFFFF}", f"[::ffff:{host}]"]
    spellings += [
        f"[::{host}]",
        f"[64:ff9b::{host}]",
        f"[2002:{parts[0]:02x}{parts[1]:02x}:{parts[2]:02x}{parts[3]:02x}::1]",
    ]
    for spelling in spellings:
        assert url_problem(f"https://{spelling}/") is not None, spelling


def test_a_host_that_is_longer_than_any_is_not_held_against_patterns():
    # Held against these, it would keep a check of the files for hours.
    assert not host_allowed("a." * 100_000 + "com", ("*.*.*.example.com",))
    assert not host_allowed("a." * 130 + "example.com", ("*.example.com",))
