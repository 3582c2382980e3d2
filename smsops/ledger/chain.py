"""Whether records and checks are those that smsops wrote: none altered, none missing, each with its end. Pure.

Each record of an account says the SHA-256 of the finished one before it, and of itself. Where the ledger is a branch,
its history is looked at too: a record is added once, ended once, and never touched again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from smsops.diagnostics import Finding, Location
from smsops.ledger.checks import is_check, parsed_check
from smsops.ledger.joining import Touch
from smsops.ledger.records import Record, account_of, is_intact, is_started, parsed, sha256_of

_ALTERED = "SMS604"
_MISSING = "SMS605"
_UNFINISHED = "SMS606"
_FORKED = "SMS607"


def verify(files: Iterable[tuple[str, bytes]]) -> tuple[Finding, ...]:
    """What is wrong with records and checks, in their order; the first is where to look first.

    `files` are sorted by path.
    """
    found: list[Finding] = []
    for _, group in groupby(files, key=lambda file: file[0].rpartition("/")[0]):
        found += _chain(list(group))
    return tuple(found)


def _chain(files: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """One account's records, oldest first."""
    last: str | None = None
    earlier: set[str | None] = {None}
    doubtful = False
    for path, content in files:
        record = _intact(path, content)
        if record is None:
            yield _finding(_ALTERED, path, "was altered: its bytes are not those that smsops wrote")
            doubtful = True  # what the next one says of this one cannot fit
            continue
        if is_started(record):
            yield _finding(_UNFINISHED, path, "has no end: the run that it is about died, and no apply came after it")
            continue
        previous = record["data"]["previous"]
        if previous != last and not doubtful:
            if previous in earlier:
                yield _finding(_FORKED, path, "does not continue the one before it: two runs went on from the same")
            else:
                yield _finding(_MISSING, path, "continues one that is not there: one before it is missing")
        doubtful = False
        last = sha256_of(content)
        earlier.add(last)


def _intact(path: str, content: bytes) -> Record | None:
    try:
        record = parsed_check(content) if is_check(path) else parsed(content)
        return record if is_intact(record, content) else None
    except ValueError:
        return None


def verify_history(touches: Iterable[Touch], read: Callable[[Sequence[str]], Iterable[bytes]]) -> tuple[Finding, ...]:
    """What was done to records of the branch after they were finished; `read` gives the contents of blobs in order."""
    seen: dict[str, list[Touch]] = {}
    for touch in touches:
        if account_of(touch.path) or is_check(touch.path):
            seen.setdefault(touch.path, []).append(touch)
    again = {path: done for path, done in sorted(seen.items()) if len(done) > 1}
    contents = iter(read([touch.blob for done in again.values() for touch in done if touch.status != "D"]))
    return tuple(finding for path, done in again.items() for finding in _life(path, done, contents))


def _life(path: str, touches: Sequence[Touch], contents: Iterator[bytes]) -> Iterator[Finding]:
    ended = False
    for touch in touches:
        if touch.status == "D":
            yield _finding(_MISSING, path, f"was deleted by commit {touch.commit[:12]}")
            continue
        if ended:
            yield _finding(_ALTERED, path, f"was altered by commit {touch.commit[:12]} after it was finished")
        record = _intact(path, next(contents))
        ended = ended or record is None or not is_started(record)


def _finding(code: str, path: str, sentence: str) -> Finding:
    return Finding(
        code=code,
        message=f"The {'check' if is_check(path) else 'record'} {path} {sentence}.",
        location=Location(path=path),
        hint=_HINTS_OF_CHECKS.get(code, _HINTS[code]) if is_check(path) else _HINTS[code],
    )


_HINTS = {
    _ALTERED: "Compare it with another clone, and restore what was written then.",
    _MISSING: "Look for it in another clone: git log -- records/ on the ledger's branch.",
    _UNFINISHED: "The next apply of the account finishes the work and closes the record.",
    _FORKED: "Two clones applied to the account without the lock of a shared remote. Compare both with the account.",
}
_HINTS_OF_CHECKS = {
    _MISSING: "Look for it in another clone: git log -- checks/ on the ledger's branch.",
    _FORKED: "Two runs of smsops drift --record at the same time, or somebody put one in. Ask who ran it.",
}
