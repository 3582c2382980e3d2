"""SMS61x: what an audit finds in git and in what records say."""

from __future__ import annotations

from smsops.explanations import Code

AUDIT_CODES: tuple[Code, ...] = (
    Code(
        code="SMS610",
        title="A change went live without an approval by somebody else",
        why=(
            "The record of the apply that made the change live tells of no approval, or of one by somebody who may "
            "have asked for the change or written it. With policy.audit.require_approval this is an error, else a "
            "warning. Let the pipeline run smsops apply --approved, and the record names requester and approver."
        ),
        bad="git push origin main && smsops apply --yes",
        good="a pull request, an approving review with the plan's id, and smsops apply plan.json --approved ID",
    ),
    Code(
        code="SMS611",
        title="An apply was bound to no approved plan id",
        why=(
            "Its record has no approval, so nobody can tell whether what was applied is what somebody had read. With "
            "policy.audit.require_approval this is an error, else a warning."
        ),
        bad="smsops apply --yes",
        good="smsops apply plan.json --approved ID",
    ),
    Code(
        code="SMS612",
        title="A commit has no signature that can be checked",
        why=(
            "Whoever makes a commit writes any author into it; only a signature tells who it was. Either there is "
            "none, or its key is not known on this machine. Of a merge, the commits of its branch count as well. With "
            "policy.audit.require_signature this is an error, else a warning."
        ),
        bad='git commit -m "Another webhook"',
        good='git commit -S -m "Another webhook", and gpg.ssh.allowedSignersFile names the key',
    ),
    Code(
        code="SMS613",
        title="A signature is bad",
        why=(
            "The commit is not what was signed, or its key has expired or was revoked. Ask its author before you "
            "rely on it: git verify-commit says more."
        ),
        bad="a commit that was altered after it was signed",
        good="the commit as it was signed, with a key that is good",
    ),
    Code(
        code="SMS614",
        title="An apply was not of a commit of the main line",
        why=(
            "It was of another branch, of no commit at all, or of files that differed from the commit. What was "
            "applied cannot be read in the history of the main line then, and nobody may have reviewed it."
        ),
        bad="smsops apply --yes   # with changes that are not committed",
        good="git commit && git push, and smsops apply in the pipeline of the main line",
    ),
    Code(
        code="SMS615",
        title="A record says what git does not",
        why=(
            "A value or a number that came into the record is not in the files of the commit that the record names, or "
            "git had no such channel then. Somebody wrote one of them otherwise than smsops does. Compare both with "
            "the account and with another clone."
        ),
        bad="a record, made by hand and with its own SHA-256, that names another webhook",
        good="the record as smsops wrote it",
    ),
    Code(
        code="SMS616",
        title="A change waits for its apply for too long",
        why=(
            "It was merged more days ago than policy.audit.pending_days says (7 without it), and no record tells "
            "that the account has it so. Git says one thing, and the account does another."
        ),
        bad="a merge, and no apply for two weeks",
        good="smsops apply after each merge",
    ),
    Code(
        code="SMS617",
        title="Drift is open",
        why=(
            "The last check of the account found that somebody changed it outside git. It is an error once it was "
            "found in each check for more days than policy.audit.drift_days says (7 without it), and a warning "
            "before."
        ),
        bad="an edit in the console, and smsops drift --record every night for two weeks",
        good="smsops apply, which reverts it, or a commit that makes it what git says",
    ),
    Code(
        code="SMS618",
        title="A channel has no owner, or its review is due",
        why=(
            "Without owner.team nobody answers for the channel's numbers: a warning. tags.review_by, a date such as "
            "2027-03-31, says until when somebody must look at the channel again; a date in the past, or one that is "
            "none, is an error."
        ),
        bad="tags: {review_by: 2025-01-31}   # and today is later",
        good="tags: {review_by: 2027-03-31}",
    ),
    Code(
        code="SMS619",
        title="An export was altered",
        why=(
            "A file of the export does not have the SHA-256 that its MANIFEST names, is missing, or is not of it; or "
            "MANIFEST itself was altered. The same history, ledger and period give the same bytes: export again, and "
            "compare."
        ),
        bad="one altered byte in changes.csv, and smsops audit verify q1",
        good="the files as they were exported",
    ),
)
