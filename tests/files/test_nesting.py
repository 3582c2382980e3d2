"""Deep nesting ends at the reader's own limit, with every version of the parser."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml
from yaml.scanner import ScannerError

from smsops.files import events
from smsops.files.yamlfile import read_yaml


class LooksAhead(yaml.BaseLoader):
    """Some way before the deep brackets it does what newer versions of libyaml do, whichever version is installed."""

    def get_event(self) -> Any:
        if self.index > 12:
            raise ScannerError("while increasing flow level", None, "exceeded maximum nesting depth", self.get_mark())
        return super().get_event()


# The parsers are not ours, and tracing them takes longer than they do.
pytestmark = pytest.mark.no_cover

LOADERS = pytest.mark.parametrize(
    "loader", [events._LOADER, yaml.BaseLoader, LooksAhead], ids=["libyaml", "python", "looks ahead"]
)


@cache
def usual(data: bytes) -> list[tuple[str, int, int]]:
    return found(data)


def found(data: bytes) -> list[tuple[str, int, int]]:
    document, findings = read_yaml(data, "a.yaml")
    assert document.value is None
    return [(finding.code, finding.location.line, finding.location.column) for finding in findings]


@LOADERS
def test_what_stands_before_the_deep_brackets_is_told_once(loader: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "_LOADER", loader)
    data = b"a: +12\nb: +34\nc: [1]\nd: " + b"[" * 1_100
    assert found(data) == [("SMS115", 1, 4), ("SMS115", 2, 4), ("SMS109", 4, 67)]


@LOADERS
@pytest.mark.parametrize("brackets", [b"[" * 1_100, b"[" * 1_100 + b"]" * 1_100, b"[\n" * 1_100, b"{a: [" * 1_100])
def test_the_level_that_is_too_many_has_one_place(brackets: bytes, loader: Any, monkeypatch: pytest.MonkeyPatch):
    expected = usual(brackets)
    assert [code for code, _, _ in expected] == ["SMS109"]
    monkeypatch.setattr(events, "_LOADER", loader)
    assert found(brackets) == expected


@LOADERS
def test_an_error_before_the_deep_brackets_stays_what_it_is(loader: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "_LOADER", loader)
    assert found(b"a: [}" + b"[" * 1_500) == [("SMS108", 1, 5)]


@LOADERS
def test_a_file_with_the_words_of_the_parser_is_no_deep_file(loader: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "_LOADER", loader)
    assert found(b"a: @exceeded maximum nesting depth\n") == [("SMS108", 1, 4)]
