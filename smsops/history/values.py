"""The past as values: commits, versions of channels, and what became of them.

All texts in them come from files, from git or from the provider: they hold no secret any more, and they are not clean
for a terminal yet. Times are UTC in ISO 8601 and end in Z; '' is a time that is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from smsops.frozen import Frozen
from smsops.history.recorded import Apply, Check, Diff


class Signature(StrEnum):
    """What a commit object itself says of its signature; whether it is good takes a key (`Commit.verdict`)."""

    NONE = "none"
    SSH = "ssh"
    OPENPGP = "openpgp"
    X509 = "x509"


class Verdict(StrEnum):
    """What git says of a signature with the keys of this machine."""

    NOT_CHECKED = "not checked"
    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown key"
    """It cannot be checked here, or nobody vouches for the key."""
    EXPIRED = "expired"
    REVOKED = "revoked"


class Person(Frozen):
    """As git has it: whoever makes a commit writes what they like."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else f"<{self.email}>"


class Commit(Frozen):
    """A commit of the main line, which is HEAD and its first parents: when a change arrived there it was merged."""

    id: str
    author: Person
    authored_at: str
    committer: Person
    merged_at: str
    """The committer's time."""
    subject: str
    request: str = ""
    """`#12` or `!12`, where the message names a pull or merge request; a claim of the message."""
    signature: Signature = Signature.NONE
    verdict: Verdict = Verdict.NOT_CHECKED
    signer: str = ""
    """Whom git names for a good signature."""
    brought: tuple[Commit, ...] = ()
    """Of a merge, for one channel: the commits of the branch that touched its file, oldest first."""


class Kind(StrEnum):
    """What a commit did to a channel."""

    CREATED = "created"
    CHANGED = "changed"
    RENAMED = "renamed"
    """It has another name; there may be field changes, too."""
    MOVED = "moved"
    """Its file is in another folder; there may be field changes, too."""
    DELETED = "deleted"
    BROKEN = "broken"
    """The file is no channel file that can be read; the last version before it still holds for the fields."""
    PROJECT = "project"
    """smsops.yaml changed what holds for the channel: its account, or the policy."""


class Standing(StrEnum):
    """What became of a version in the account."""

    LIVE = "live"
    """A record says that the account had it so."""
    IN_PART = "in part"
    """A record says that some of it was written, and some was not."""
    NOTHING_TO_APPLY = "nothing to apply"
    """Only what is never sent differs from the version before: a label, a comment, an owner."""
    SUPERSEDED = "superseded"
    """Another version came before any apply brought it about."""
    WAITING = "waiting"
    """No record says that it was applied, and it is the latest."""
    UNKNOWN = "unknown"
    """The file cannot be read, or the account has no ledger here."""


class Version(Frozen):
    """What one commit of the main line did to one channel."""

    channel: str
    """The name from then on."""
    account: str
    path: str
    """Of the file; of a deleted one, where it was. For `project`, that of smsops.yaml."""
    commit: Commit
    kind: Kind
    diffs: tuple[Diff, ...] = ()
    was_channel: str = ""
    """The name before; '' when it stayed."""
    was_path: str = ""
    """Where the file was before; '' when it stayed."""
    problem: str = ""
    """Of a broken file: what is wrong with it."""
    standing: Standing = Standing.UNKNOWN
    apply: Apply | None = None
    """The first record that says so, for `live` and `in part`."""


class Past(Frozen):
    """Everything about one channel, under all names that it ever had."""

    name: str
    """Its present name, or its last one."""
    path: str
    account: str
    exists: bool
    """Whether git has it now."""
    versions: tuple[Version, ...]
    """Oldest first; changes of smsops.yaml that affect it are among them."""
    fields: Mapping[str, str]
    """What the last version says, key by key (as `Diff.field`); empty when it is deleted."""

    @property
    def names(self) -> frozenset[str]:
        """Every name that it ever had."""
        return frozenset(version.channel for version in self.versions) | {self.name}


class ProjectChange(Frozen):
    """What one commit did to smsops.yaml."""

    path: str
    commit: Commit
    diffs: tuple[Diff, ...]
    accounts: tuple[str, ...] | None
    """Accounts whose channels it affects; None: all of them."""
    problem: str = ""


class Chronicle(Frozen):
    """The past of a whole project."""

    head: str
    """The commit up to which git was read; '' where none is so old."""
    line: tuple[str, ...] = ()
    """Commits of the main line up to the head, oldest first."""
    pasts: tuple[Past, ...]
    """By name; of two of one name, the one that exists stands last."""
    project: tuple[ProjectChange, ...]
    """Oldest first."""
    applies: tuple[Apply, ...]
    """Of all accounts, oldest first."""
    counting: frozenset[str] = frozenset()
    """Paths of records that say what is live: those that went to the servers that count."""
    checks: tuple[Check, ...] = ()
    """Of all accounts, oldest first."""
    ledger: str = ""
    """Where the records are: `branch smsops-ledger`."""
    problems: tuple[str, ...] = ()
    """Sentences: records that cannot be read."""
