"""`apply PLAN_FILE --approved ID`: the plan is the one that was approved, and the forge says so too."""

from __future__ import annotations

import os
import re

from smsops import git
from smsops.approval import Approval, Weighed, weigh
from smsops.cli.options import environment_name
from smsops.cli.project import Opened
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Finding, Location
from smsops.errors import ExitCode, SmsopsError, UsageError
from smsops.forges import forge_of
from smsops.forges.base import Forge
from smsops.planned import Plan

_ID = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


class Unapproved(SmsopsError):
    """The plan is not the one that was approved, or nobody else approved it; nothing was written."""

    exit_code = ExitCode.REFUSED
    code = "SMS517"

    def finding(self) -> Finding:
        """The same, as a record keeps it."""
        return Finding(code=self.code, message=self.message, hint=self.hint, location=Location(path="smsops.yaml"))


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


def approval_of(plan: Plan, approved: str, project: Opened, terminal: Terminal) -> Approval | None:
    """Who approved the plan, read from the forge that runs this; None where there is no forge to ask.

    Raises Unapproved, UsageError and ForgeError: what cannot be checked is no approval.
    """
    if plan.plan_id != approved:
        raise Unapproved(
            f"The plan's id is {plan.plan_id}, and approved is {approved}.",
            hint="The account or the files have moved since the approval. Have the new plan reviewed.",
        )
    forge = forge_of(os.environ)
    if forge is None:
        terminal.talk("No forge runs this: the id was compared, and who approved it was not read.")
        return None
    weighed = _weighed(forge, plan, project)
    for remark in weighed.remarks:
        terminal.talk(f"warning: {remark}")
    if weighed.approval is None:
        raise Unapproved(
            weighed.missing,
            hint="Somebody else than its authors approves the change at its head, with the plan's id in the text.",
        )
    found = weighed.approval
    terminal.talk(f"Approved by {found.approver}, asked for by {found.requester}: {found.url}")
    return found


def _weighed(forge: Forge, plan: Plan, project: Opened) -> Weighed:
    """What the forge says of the change that brought the commit that is checked out."""
    commit = git.source(project.root).commit
    if commit is None:
        raise Unapproved("No commit is checked out, so there is no change to look for.")
    request = forge.change_request(commit)
    if request is None:
        return Weighed(missing=f"No merged change brought commit {commit[:12]}, as far as {forge.name} tells.")
    return weigh(plan.plan_id, request, forge.approvals(request))
