"""What `smsops explain` tells: codes of ours, and a provider's error numbers in our words."""

from __future__ import annotations

from smsops.frozen import Frozen


class Code(Frozen):
    """An entry of the registry that `explain`, the docs and the tests share. A code never changes its meaning."""

    code: str
    title: str
    why: str
    """What goes wrong for people when this is ignored, and what to do: two to five sentences."""
    bad: str
    """An example that raises it: YAML, or a command and what the account holds."""
    good: str
    """The same, mended."""


class ErrorNumber(Frozen):
    """One of a provider's own error numbers in our words, for `explain`."""

    number: int
    title: str
    meaning: str
    smsops: str
    """What smsops does about it by itself."""
    person: str
    """What is left to do for a person."""
    codes: tuple[str, ...] = ()
    """The codes of ours that it leads to: first that of the refusal itself; none where it counts as done."""
    link: str
    """The provider's own page about it."""
