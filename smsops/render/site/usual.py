"""What most versions have in common: a short list says it once, at its head, and in a line only what is otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from smsops.frozen import Frozen
from smsops.history.recorded import Diff
from smsops.history.values import Chronicle, Commit, Past, Signature, Verdict
from smsops.render.persons import signature_words

_FOLDER = re.compile(r"https?://[^/?#@\\]+/(?:[^?#]*/)?")
"""An address up to the last slash of its path: the host is always in it."""


class Usual(Frozen):
    """The most frequent provider, committer and state of a signature."""

    provider: str

    committer: str
    """'' where every commit's committer is its author."""
    signature: str

    def otherwise(self, commit: Commit) -> Iterator[str]:
        """What a commit has otherwise, in words."""
        if commit.committer != commit.author and str(commit.committer) != self.committer:
            yield f"committer {commit.committer}"
        elif commit.committer == commit.author and self.committer:
            yield "committer the author"
        if (state := signature_state(commit)) != self.signature:
            yield state


def usual(chronicle: Chronicle) -> Usual:
    commits = [version.commit for past in chronicle.pasts for version in past.versions]
    committers = Counter("" if one.committer == one.author else str(one.committer) for one in commits)
    providers = Counter(past.fields.get("provider", "") for past in chronicle.pasts)
    return Usual(
        provider=_most(providers), committer=_most(committers), signature=_most(Counter(map(signature_state, commits)))
    )


def signature_state(commit: Commit) -> str:
    """As `signature_words`; a signer who is the author is not named again."""
    if commit.signature is Signature.NONE or commit.verdict is not Verdict.GOOD:
        return signature_words(commit)
    own = commit.signer in (commit.author.email, str(commit.author))
    words = signature_words(commit)
    return f"{words.removesuffix(commit.signer)}the author" if own and commit.signer else words


def is_one_word(text: str) -> bool:
    """Whether a text stands for itself among others: it has no blank and no arrow, and no comma at its end."""
    return text.isprintable() and " " not in text and "→" not in text and not text.endswith((",", ";", ":"))


def _most(counts: Counter[str]) -> str:
    """The most frequent; of two, the first in order."""
    return min(counts, key=lambda one: (-counts[one], one), default="")


class Stem(Frozen):
    """What the addresses of one key of a channel mostly begin with, up to a slash."""

    field: str = ""
    text: str = ""

    def rest(self, text: str | None) -> str:
        """How an address goes on; '' where it begins otherwise, or could be taken for more than an address."""
        found = text[len(self.text) :] if text and self.text and text.startswith(self.text) else ""
        return found if is_one_word(found) else ""


def stem_of(past: Past) -> Stem:
    """The beginning that most changed addresses of a channel share; an empty one where that saves nothing."""
    counts = Counter(_stems(diff for version in past.versions for diff in version.diffs))
    found = max(sorted(counts), key=lambda one: (counts[one], len(one[1])), default=None)
    return Stem(field=found[0], text=found[1]) if found and counts[found] > 2 else Stem()


def _stems(diffs: Iterable[Diff]) -> Iterator[tuple[str, str]]:
    for diff in diffs:
        for side in (diff.before, diff.after):
            if side and (found := _FOLDER.match(side)) and is_one_word(side):
                yield diff.field, found[0]
