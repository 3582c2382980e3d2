"""Whether signatures are good, by git and the keys of this machine.

Git starts a program for each signed commit that it checks, so only those that somebody looks at are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsops.frozen import replace
from smsops.git import Repository
from smsops.history.values import Chronicle, Commit, Signature, Verdict, Version

_PROGRAMS = ("gpg.program=gpg", "gpg.x509.program=gpgsm", "gpg.ssh.program=ssh-keygen")
"""Never one that the repository's own settings name."""
_MEANINGS = {
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
    verdicts = _verdicts((version.commit for version in listed), repository)
    return tuple(replace(version, commit=_told(version.commit, verdicts)) for version in listed)


def all_checked(chronicle: Chronicle, repository: Repository) -> Chronicle:
    """The same for everything, by one run of git. Raises GitError."""
    versions = [version for past in chronicle.pasts for version in past.versions]
    commits = [*(version.commit for version in versions), *(change.commit for change in chronicle.project)]
    verdicts = _verdicts(commits, repository)
    if not verdicts:
        return chronicle
    pasts = tuple(
        replace(past, versions=tuple(replace(v, commit=_told(v.commit, verdicts)) for v in past.versions))
        for past in chronicle.pasts
    )
    project = tuple(replace(change, commit=_told(change.commit, verdicts)) for change in chronicle.project)
    return replace(chronicle, pasts=pasts, project=project)


_Verdicts = dict[str, tuple[Verdict, str]]


def _verdicts(commits: Iterable[Commit], repository: Repository) -> _Verdicts:
    signed = {one.id for commit in commits for one in (commit, *commit.brought) if one.signature is not Signature.NONE}
    return verdicts_of(sorted(signed), repository)


def _told(commit: Commit, verdicts: _Verdicts) -> Commit:
    verdict, signer = verdicts.get(commit.id, (commit.verdict, ""))
    return replace(
        commit, verdict=verdict, signer=signer, brought=tuple(_told(one, verdicts) for one in commit.brought)
    )


def verdicts_of(signed: list[str], repository: Repository) -> dict[str, tuple[Verdict, str]]:
    """By commit, what its signature is worth here, and whose it is. Raises GitError."""
    if not signed:
        return {}
    settings = [word for setting in _PROGRAMS for word in ("-c", setting)]
    told = ("-z", "--no-color", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x09%G?%x09%GS")
    words = (*settings, "log", "--no-walk=unsorted", *told, "--stdin")
    out = repository.run(*words, input="\n".join(signed).encode() + b"\n", timeout_s=_CHECK_S)
    return dict(_words(out.decode("utf-8", "replace").split("\0")))


def _words(lines: Iterable[str]) -> Iterator[tuple[str, tuple[Verdict, str]]]:
    for line in lines:
        if line:
            id, word, signer = line.split("\t", 2)
            verdict = _MEANINGS.get(word, Verdict.UNKNOWN)
            yield id, (verdict, signer if verdict is Verdict.GOOD else "")
