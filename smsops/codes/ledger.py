"""SMS6xx: the ledger, and what an audit finds in it."""

from __future__ import annotations

from smsops.explanations import Code

LEDGER_CODES: tuple[Code, ...] = (
    Code(
        code="SMS601",
        title="A record cannot be read or written",
        why=(
            "Records tell which service belongs to which channel, what was applied and what was protected. With a "
            "damaged record smsops would know less than it thinks, so an apply stops and a plan warns. Restore it "
            "from another clone. A disk without room, or a .git folder without permission, stops an apply before it "
            "writes anything."
        ),
        bad="records/us/20261123T….json on the branch smsops-ledger holds half a document",
        good="the record as smsops wrote it",
    ),
    Code(
        code="SMS602",
        title="The ledger's remote cannot be reached, or takes no push",
        why=(
            "Other machines apply as well, and their records are in the remote. Without them an apply could take a "
            "colleague's work for drift, so it stops; a plan warns. A record that was written here and could not be "
            "pushed is kept in this clone and pushed by the next apply, or by hand: git push origin smsops-ledger. A "
            "check of smsops drift --record that cannot be pushed is not kept: run it again."
        ),
        bad="the remote protects smsops-ledger against the CI user",
        good="the CI user may push to smsops-ledger and to refs/smsops/lock/",
    ),
    Code(
        code="SMS603",
        title="There is no ledger",
        why=(
            "Outside a git repository nothing is remembered from one run to the next: no telling apart of drift and "
            "of your change, no service found but by the SID in its file, and nothing removed that was not seen to "
            "be applied. This is a warning, and an error for audit verify."
        ),
        bad="smsops audit verify   # in a folder that is no git repository",
        good="git init && smsops apply --yes && smsops audit verify",
    ),
    Code(
        code="SMS604",
        title="A record was altered",
        why=(
            "Each finished record tells the SHA-256 of itself and of the one before it, and is never written again. "
            "This one holds other bytes than smsops wrote, or a commit touched it after it was finished. Compare it "
            "with another clone."
        ),
        bad="a record edited by hand, on the branch smsops-ledger",
        good="the record as smsops wrote it",
    ),
    Code(
        code="SMS605",
        title="A record is missing",
        why=(
            "The record after it tells the SHA-256 of one that is not there, or the history of the branch shows that "
            "it was deleted. Look for it in another clone."
        ),
        bad="git rm records/us/20261123T….json, on the branch smsops-ledger",
        good="every record that smsops wrote",
    ),
    Code(
        code="SMS606",
        title="A record has no end",
        why=(
            "The run wrote its record before the first write to the account, and died before it could write the "
            "last. The next apply finds out what came of it, finishes the work and closes the record."
        ),
        bad="kill -9 of an apply, and smsops audit verify",
        good="smsops apply --yes && smsops audit verify",
    ),
    Code(
        code="SMS607",
        title="Two runs went on from the same record",
        why=(
            "A record does not continue the one before it but an earlier one. Two clones applied to one account, and "
            "neither knew of the other: they had no remote in common, or its lock was taken away by hand. Compare "
            "both records with the account."
        ),
        bad="two clones without a remote apply to one account, and their ledgers are merged later",
        good="one remote for all clones",
    ),
    Code(
        code="SMS608",
        title="The history is not here",
        why=(
            "history, blame, show --at and audit read every commit that leads to HEAD. A shallow clone, as pipelines "
            "make it, holds only the last ones, and an answer from it would be wrong. The message has the command that "
            "fetches the rest."
        ),
        bad="a checkout with fetch-depth: 1, and smsops history",
        good="a checkout with fetch-depth: 0, and smsops history",
    ),
)
