"""The routing of a phone number, from the files: `smsops explain +1…`."""

from __future__ import annotations

from smsops.cli.group import suggestion
from smsops.cli.project import opened_with_gaps
from smsops.cli.terminal import Terminal
from smsops.diagnostics import Finding
from smsops.errors import ExitCode, SmsopsError
from smsops.files.suggest import near_number
from smsops.render.routed import ROUTED, Home, Routed


class UnknownNumber(SmsopsError):
    """A phone number was named that no file declares."""

    exit_code = ExitCode.INVALID
    code = "SMS102"

    def __init__(self, number: str, known: list[str], findings: tuple[Finding, ...]) -> None:
        unread = " Some files have errors, and may declare it." if findings else ""
        near = suggestion(number, [one for one in known if _is_near(one, number)])
        super().__init__(
            f"No channel file declares {number!r}.{near}{unread}",
            hint="smsops senders lists every declared number.",
        )
        self.findings = findings


def _is_near(known: str, number: str) -> bool:
    """Whether one digit differs: a number that is farther away is somebody else's."""
    return len(known) == len(number) and sum(a != b for a, b in zip(known, number, strict=True)) == 1


def explain_route(terminal: Terminal, word: str) -> None:
    """Print where the number is declared and how it is routed.

    Raises UnknownNumber, and, after what can be told, InvalidFiles.
    """
    number = near_number(word) or word
    project, loaded, gap = opened_with_gaps(terminal)
    homes = tuple(
        Home(channel=channel, sender=sender, account=project.accounts[channel.account], project_path=project.path)
        for channel in loaded.channels
        for sender in channel.senders
        if sender.number == number
    )
    claims = tuple(sorted(claim for claim in loaded.claims if claim.number == number))
    findings = gap.findings if gap else ()
    if not homes and not claims:
        declared = {sender.number for channel in loaded.channels for sender in channel.senders}
        raise UnknownNumber(number, sorted(declared | {claim.number for claim in loaded.claims}), findings)
    terminal.emit(ROUTED, Routed(number=number, homes=homes, claims=claims, error=gap, findings=findings))
    if gap:
        raise gap
