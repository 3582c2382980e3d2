"""`apply PLAN_FILE --approved ID`: the plan is the one that was approved, and the forge says so too."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import islice

from smsops import git
from smsops.approval import ChangeRequest, Review, Separation, refusal_to_json, weigh
from smsops.cli.ledgers import Book
from smsops.cli.options import environment_name
from smsops.cli.project import Opened
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Finding, Location
from smsops.errors import ExitCode, SmsopsError, UsageError
from smsops.forges import forge_of
from smsops.plan import is_aim_of
from smsops.planned import Plan
from smsops.remainder import attempts_of, begun_ids

_RECORDS = 50
"""How far back an apply of the same commit is looked for."""
_ID = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


class Unapproved(SmsopsError):
    """The plan is not the one that was approved, or nobody else approved it; nothing was written."""

    exit_code = ExitCode.REFUSED
    code = "SMS517"


def wanted_id(given: str | None) -> str | None:
    """The id that `--approved` or its variable asks for; None when neither is there.

    Raises UsageError for what is no id. click takes an empty variable for none, and a pipeline whose value got lost on
    the way would then apply without an approval.
    """
    if given is None and environment_name("approved") in os.environ:
        given = ""
    return None if given is None else approved_id(given)


def approved_id(text: str) -> str:
    """The id as plans have it. Raises UsageError when it is none: a beginning of an id approves nothing."""
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no plan id.", hint="Give it in full: sha256: and 64 digits.")
    return "sha256:" + found[1].lower()


def as_finding(error: SmsopsError) -> Finding:
    """Why there is no approval, as a record keeps it."""
    return Finding(code=error.code, message=error.message, hint=error.hint, location=Location(path="smsops.yaml"))


def require_approval(plan: Plan, approved: str, project: Opened, book: Book, terminal: Terminal) -> None:
    """Let the plan pass only if it is the approved one, and leave in the book who approved it, for the record.

    Raises Unapproved, UsageError and ForgeError: what cannot be checked is no approval.
    """
    if plan.plan_id != approved:
        raise Unapproved(
            f"The plan's id is {plan.plan_id}, and approved is {approved}.",
            hint="The account or the files have moved since the approval. Have the new plan reviewed.",
        )
    _require_aims(plan, project)
    forge = forge_of(os.environ)
    if forge is None:
        terminal.talk("No forge runs this: the id was compared, and who approved it was not read.")
        return
    commit = git.source(project.root).commit
    if commit is None:
        raise Unapproved("No commit is checked out, so there is no change to look for.")
    request = forge.change_request(commit)
    if request is None:
        raise Unapproved(f"No merged change brought commit {commit[:12]}, as far as {forge.name} tells.")
    _weigh(plan, _begun(plan, commit, book), request, forge.approvals(request), book, terminal)


def _weigh(
    plan: Plan,
    begun: Sequence[str],
    request: ChangeRequest,
    reviews: Sequence[Review],
    book: Book,
    terminal: Terminal,
) -> None:
    weighed = weigh(plan.plan_id, request, reviews)
    for remark in weighed.remarks:
        terminal.talk(f"warning: {remark}")
    rests = (weigh(plan_id, request, reviews).approval for plan_id in begun)
    found = weighed.approval or next(filter(None, rests), None)
    if found is None:
        book.approval = refusal_to_json(plan.plan_id, request, weighed)
        raise Unapproved(
            weighed.missing,
            hint="Somebody else than its authors approves the change at its head, with the plan's id in the text.",
        )
    book.approval = found.to_json()
    if found.plan_id != plan.plan_id:
        terminal.talk(f"This plan is what is left of the approved one, {found.plan_id}.")
    if found.separation is Separation.UNKNOWN:
        who = "Not everybody behind the change is known to the forge"
        terminal.talk(f"warning: {who}, so that {found.approver} is none of them is not certain.")
    terminal.talk(f"Approved by {found.approver}, asked for by {found.requester}: {found.url}")


def _begun(plan: Plan, commit: str, book: Book) -> tuple[str, ...]:
    """Ids of plans that an apply of this commit began, and of which this plan is the rest."""
    attempts = {
        account.account: tuple(attempts_of(islice(book.ledger.newest_first(account.account), _RECORDS), commit))
        for account in plan.accounts
    }
    return begun_ids(plan, attempts)


def _require_aims(plan: Plan, project: Opened) -> None:
    """Raises Unapproved unless the plan leaves in the ledger what the files say: its id speaks of changes alone."""
    for account in plan.accounts:
        for aim in account.aims:
            channel = project.by_name.get(aim.channel)
            if channel is None or channel.account != account.account or not is_aim_of(aim, channel):
                raise Unapproved(
                    f"The plan aims at something else for {aim.channel} than its file says.",
                    hint="Plan again from the files that are checked out, and have that plan reviewed.",
                )
