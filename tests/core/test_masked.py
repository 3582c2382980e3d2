"""User info of a URL is in no output, also where programs disagree on where it ends."""

from __future__ import annotations

import hashlib

import pytest

from smsops.changes import CreateService, FieldDiff, change_to_json
from smsops.masking import masked


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@x.example.com/in",
        "https://user:hun/ter2@x.example.com/in",
        "https://user:hun?ter2@x.example.com/in",
        "https://user:hun#ter2@x.example.com/in",
        "https://user:hun@ter2@x.example.com/in",
        "https://user:hun/t@er2@x.example.com",
        "https://user:12/hunter2@x.example.com",
        "https://user.name:12?hunter2@x.example.com",
        "https://user:12#hunter2@x.example.com",
        "https://hunter2@x.example.com",
        "https://hunter2?more@x.example.com",
        "https://us.er:p@x?hunter2@x.example.com",
        "https://user:hunter2\\@x.example.com",
        "https://[hunter2@x.example.com",
        "//user:hunter2@x.example.com",
        " HTTPS://user:hunter2@x.example.com",
        "see https://user:hunter2@x.example.com",
        "wss://user:hunter2@",
        "https://user:hunter2@x.example.com/in?to=ann",
        "https:/user:hunter2@x.example.com/in",
        "https:\\\\user:hunter2@x.example.com/in",
        "user:hunter2@x.example.com/in",
        "https://user.x?:hunter2@x.example.com/in",
        "https://h.example.com/cb?u=https://user:hunter2@in.example.com/",
    ],
)
def test_nothing_that_may_be_user_info_is_shown(url: str) -> None:
    shown = masked(url)
    assert isinstance(shown, str)
    assert "hun" not in shown
    assert "ter2" not in shown
    assert "****" in shown


def test_what_stands_behind_the_user_info_is_shown() -> None:
    assert masked("https://ann:secret@old.example.com/in?a=b#c") == "https://****@old.example.com/in?a=b#c"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://evil.example.net/s?x=a:b@good.example.com/status", "https://evil.example.net/****"),
        ("https://evil.example.net/a:b@good.example.com/", "https://evil.example.net/****"),
        ("https://evil.example.net#a:b/@good.example.com/", "https://evil.example.net/****"),
        ("https://a@evil.example.net/x:y@good.example.com/", "https://****"),
        ("https://a:b@evil.example.net?u=//c:d@good.example.com/", "https://****"),
        ("https://evil.example.net:443/a:b@good.example.com/", "https://****"),
        ("https://evil.example.net\\@good.example.com/", "https://****"),
        ("evil.example.net:443/a:b@good.example.com/", "****"),
    ],
)
def test_what_is_left_never_names_another_host_than_the_one_that_is_called(url: str, shown: str) -> None:
    """Somebody approves by it where messages go."""
    assert masked(url) == shown


@pytest.mark.parametrize(
    "value",
    [
        "https://x.example.com/in",
        "https://x.example.com/in?to=ann@example.com",
        "https://x.example.com#rc=2@",
        "Support @ Larkspur",
        "ann@example.com",
        "a // b",
        "",
        7,
        True,
        None,
    ],
)
def test_what_holds_no_user_info_is_as_it_is(value: str | int | bool | None) -> None:
    assert masked(value) is value


def test_the_fields_of_a_change_are_masked_on_both_sides() -> None:
    diff = FieldDiff(name="webhook_url", field="webhook_url", before="https://a:b/c@x.net", after="https://d:e/f@y.net")
    (field,) = change_to_json(CreateService(account="us", channel="care", fields=(diff,)))["fields"]
    seals = {side: field["sealed"].pop(side) for side in ("before", "after")}
    assert field == {
        "field": "webhook_url",
        "before": "https://****",
        "after": "https://****",
        "sealed": {},
    }
    assert seals["before"] == "sha256:" + hashlib.sha256(b"https://a:b/c@x.net").hexdigest()
    assert seals["after"] != seals["before"]
