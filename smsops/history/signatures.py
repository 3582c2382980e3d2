"""Whether signatures are good, by git and the keys of this machine.

Git starts a program for each signed commit that it checks, so only those that somebody looks at are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from smsops.git import Repository
from smsops.history.values import Commit, Signature, Verdict, Version

_PROGRAMS = ("gpg.program=gpg", "gpg.x509.program=gpgsm", "gpg.ssh.program=ssh-keygen")
"""Never one that the repository's own settings name."""
_WORDS = {
    "G": Verdict.GOOD,
    "B": Verdict.BAD,
    "X": Verdict.EXPIRED,
    "Y": Verdict.EXPIRED,
    "R": Verdict.REVOKED,
}
"""Of git's `%G?`; what is not here is a key that nobody vouches for, or that is not at hand."""
_CHECK_S = 600.0


def checked(versions: Iterable[Version], repository: Repository) -> tuple[Version, ...]:
    """The versions with what git says of their commits' signatures. Raises GitError."""
    listed = tuple(versions)
    signed = {c.id for v in listed for c in (v.commit, *v.commit.brought) if c.signature is not Signature.NONE}
    verdicts = verdicts_of(sorted(signed), repository)

    def told(commit: Commit) -> Commit:
        verdict, signer = verdicts.get(commit.id, (commit.verdict, ""))
        return replace(commit, verdict=verdict, signer=signer, brought=tuple(map(told, commit.brought)))

    return tuple(replace(version, commit=told(version.commit)) for version in listed)


def verdicts_of(signed: list[str], repository: Repository) -> dict[str, tuple[Verdict, str]]:
    """By commit, what its signature is worth here, and whose it is. Raises GitError."""
    if not signed:
        return {}
    settings = [word for setting in _PROGRAMS for word in ("-c", setting)]
    told = ("-z", "--no-color", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x09%G?%x09%GS")
    words = (*settings, "log", "--no-walk=unsorted", *told, "--stdin")
    out = repository.run(*words, input="\n".join(signed).encode() + b"\n", timeout_s=_CHECK_S)
    return dict(_told(out.decode("utf-8", "replace").split("\0")))


def _told(lines: Iterable[str]) -> Iterator[tuple[str, tuple[Verdict, str]]]:
    for line in lines:
        if line:
            id, word, signer = line.split("\t", 2)
            verdict = _WORDS.get(word, Verdict.UNKNOWN)
            yield id, (verdict, signer if verdict is Verdict.GOOD else "")
