"""Who, when and how sure, in words: what the views of an auditor say of a commit and of an apply. Not clean yet."""

from __future__ import annotations

from smsops.history.recorded import Apply, Approval
from smsops.history.values import Commit, Signature, Standing, Verdict, Version

_KINDS = {Signature.SSH: "SSH", Signature.OPENPGP: "OpenPGP", Signature.X509: "X.509"}
_SEPARATION = {
    "kept": "somebody else than requester and authors",
    "broken": "not somebody else than requester and authors",
    "unknown": "whether that is somebody else is not known",
}


def moment(at: str) -> str:
    """A time as people read it: `2026-11-25 10:00:00Z`; fractions of a second are left out."""
    return f"{at[:10]} {at[11:19]}Z" if len(at) >= 20 else at or "at an unknown time"


def signature_words(commit: Commit) -> str:
    """Of a signature: what kind it is, and what it is worth here."""
    if commit.signature is Signature.NONE:
        return "not signed"
    kind = f"signed with {_KINDS[commit.signature]}"
    match commit.verdict:
        case Verdict.NOT_CHECKED:
            return f"{kind}, not checked"
        case Verdict.GOOD:
            return f"{kind}, good, by {commit.signer}"
        case Verdict.UNKNOWN:
            return f"{kind}, by a key that is not known here"
        case _:
            return f"{kind}, {commit.verdict}"


def approval_words(approval: Approval | None) -> str:
    """Who approved; '' where the record has nothing of it."""
    if approval is None:
        return ""
    who = f"{approval.approver} at {moment(approval.approved_at)}" if approval.approver else "nobody"
    separation = _SEPARATION.get(approval.separation, approval.separation)
    return f"{who}, {separation}; asked for by {approval.requester or 'somebody unknown'}"


def live_words(version: Version) -> str:
    """What became of a version, with the time and the record."""
    apply = version.apply
    match version.standing:
        case Standing.LIVE if apply is not None:
            return f"live since {moment(apply.at)}, says {apply.path}"
        case Standing.IN_PART if apply is not None:
            return f"applied in part at {moment(apply.at)}, says {apply.path}"
        case Standing.NOTHING_TO_APPLY:
            return "nothing to apply"
        case Standing.SUPERSEDED:
            return "never live: another version came before any apply"
        case Standing.WAITING:
            return "not live: no record says that it was applied"
        case _:
            return "not known"


def live_at(version: Version) -> str:
    """When a version went live; '' where no record says so."""
    return version.apply.at if version.apply is not None and version.standing is Standing.LIVE else ""


def approver_of(apply: Apply | None) -> str:
    """Whom the record names as approver; '' for none."""
    return apply.approval.approver if apply is not None and apply.approval is not None else ""
