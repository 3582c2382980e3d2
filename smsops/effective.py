"""What the files really ask for: two revisions are the same where an apply would treat them the same. Pure.

Comments, layout, descriptions, labels, owners and the path of a file do not count; the account that a channel belongs
to, and the policy that its plan is judged by, do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smsops.changes import digest
from smsops.frozen import Frozen
from smsops.masking import sealed
from smsops.model import SETTINGS, UNMANAGED, Channel
from smsops.project import Project


class Changed(Frozen):
    """What differs between two revisions."""

    channels: frozenset[str]
    """Channels of today that were not there, or asked for something else."""
    left: frozenset[str]
    """Accounts of which a channel left git, or moved to another account."""


def effective(project: Project, channels: Iterable[Channel]) -> dict[tuple[str, str], str]:
    """By account and name, the digest of what each channel asks for."""
    accounts = {name: _account(project, name) for name in project.accounts}
    return {
        (channel.account, channel.name): digest([accounts[channel.account], _channel(channel)]) for channel in channels
    }


def configuration(project: Project, channels: Iterable[Channel]) -> str:
    """One digest over all that the files ask for."""
    accounts = {name: _account(project, name) for name in project.accounts}
    asked = effective(project, channels)
    return digest([accounts, sorted([account, name, asked[account, name]] for account, name in asked)])


def changed(now: Mapping[tuple[str, str], str], then: Mapping[tuple[str, str], str]) -> Changed:
    """What today's files ask for that those of then did not, and the reverse."""
    return Changed(
        channels=frozenset(name for (account, name), asked in now.items() if then.get((account, name)) != asked),
        left=frozenset(account for account, _ in then.keys() - now.keys()),
    )


def _account(project: Project, name: str) -> list[object]:
    account, policy = project.accounts[name], project.policy
    return [
        account.provider,
        account.account_sid,
        account.region,
        account.edge,
        account.api_base_url,
        policy.drift,
        policy.max_removals.count,
        policy.max_removals.percent,
        project.ledger_branch,
    ]


def _channel(channel: Channel) -> list[object]:
    settings = {name: getattr(channel.settings, name) for name in SETTINGS}
    return [
        channel.service_sid,
        # digests are kept in plan files, so a login goes into them by its own digest
        {name: str(sealed(value)) for name, value in settings.items() if value is not UNMANAGED},
        sorted([sender.number, sender.guarded] for sender in channel.senders),
    ]
