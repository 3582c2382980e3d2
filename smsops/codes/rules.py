"""SMS3xx: files against each other, against the accounts and against the policy."""

from __future__ import annotations

from smsops.explanations import Code

_SID = "00000000000000000000000000000101"
_OTHER_SID = "00000000000000000000000000000202"


def _account(name: str, sid: str, *more: str) -> str:
    lines = ("provider: twilio", f"account_sid: AC{sid}", f"auth_token: {{env: {name.upper()}_AUTH_TOKEN}}", *more)
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines)


RULE_CODES: tuple[Code, ...] = (
    Code(
        code="SMS301",
        title="The name differs from the file's name",
        why="A channel is found by its name: in commands, in records and in git. With two names for it, its history "
        "falls apart.",
        bad="name: reminders\n",
        good="name: example\n",
    ),
    Code(
        code="SMS302",
        title="The name is taken",
        why="Two files claim to be the same channel, and each would undo what the other asks for.",
        bad='# channels/twin.yaml\nphone_numbers: ["+12065550102"]\n'
        '# channels/more/twin.yaml\nphone_numbers: ["+12065550103"]\n',
        good='# channels/twin.yaml\nphone_numbers: ["+12065550102"]\n'
        '# channels/more/other.yaml\nphone_numbers: ["+12065550103"]\n',
    ),
    Code(
        code="SMS303",
        title="The messaging service is pinned twice",
        why="A messaging service has one set of settings and one pool, so it belongs to one channel.",
        bad=f"messaging_service_sid: MG{_SID}\n"
        f'# channels/other.yaml\nmessaging_service_sid: MG{_SID}\nphone_numbers: ["+12065550102"]\n',
        good=f"messaging_service_sid: MG{_SID}\n"
        f'# channels/other.yaml\nmessaging_service_sid: MG{_OTHER_SID}\nphone_numbers: ["+12065550102"]\n',
    ),
    Code(
        code="SMS304",
        title="The number is claimed twice",
        why="A number is in at most one pool (Twilio error 21712). Two channels that both declare it would take it "
        "from each other in turn.",
        bad='# channels/one.yaml\nphone_numbers: ["+12065550102"]\n'
        '# channels/two.yaml\nphone_numbers: ["+12065550102"]\n',
        good='# channels/one.yaml\nphone_numbers: ["+12065550102"]\n'
        '# channels/two.yaml\nphone_numbers: ["+12065550103"]\n',
    ),
    Code(
        code="SMS305",
        title="The account is unknown",
        why="A channel takes its credentials from an account in smsops.yaml, by name.",
        bad="account: mian\n",
        good="account: main\n",
    ),
    Code(
        code="SMS306",
        title="The account is one of another provider",
        why="An account's credentials work at one provider only.",
        bad="$ smsops validate    # a channel of one provider names an account of another",
        good="$ smsops validate    # both name the same provider",
    ),
    Code(
        code="SMS307",
        title="The policy does not allow the host",
        why="Replies hold what people write, and policy.webhook_hosts says where they may go. A star stands for one or "
        "more labels, so *.example.com does not cover example.com. An environment without a list allows no host.",
        bad='# smsops.yaml\npolicy:\n  webhook_hosts: ["*.example.org"]\n',
        good='# smsops.yaml\npolicy:\n  webhook_hosts: ["*.example.com"]\n',
    ),
    Code(
        code="SMS308",
        title="The channel has no owner",
        why="The policy requires one, so that somebody answers when messages go wrong.",
        bad="# smsops.yaml\npolicy:\n  require_owner: true\n",
        good="owner:\n  team: patient-comms\n# smsops.yaml\npolicy:\n  require_owner: true\n",
    ),
    Code(
        code="SMS309",
        title="Two accounts are the same",
        why="Each of the two names would see the other's services and numbers as unmanaged, and take or hold back what "
        "is not its own.",
        bad="# smsops.yaml\naccounts:\n" + _account("main", _SID) + _account("second", _SID),
        good="# smsops.yaml\naccounts:\n" + _account("main", _SID) + _account("second", _OTHER_SID),
    ),
    Code(
        code="SMS310",
        title="More than one toll-free number in a pool",
        why="Twilio warns that spreading messages over several toll-free numbers can get them blocked by carriers.",
        bad='phone_numbers: ["+18005550199", "+18335550199"]\n',
        good='phone_numbers: ["+18005550199", "+12065550101"]\n',
    ),
    Code(
        code="SMS311",
        title="No account has this environment",
        why="A list of hosts for an environment that no account has is never used; most often its name is misspelt.",
        bad='# smsops.yaml\npolicy:\n  webhook_hosts:\n    production: ["*.example.com"]\n'
        '    prodution: ["*.example.org"]\n',
        good='# smsops.yaml\npolicy:\n  webhook_hosts:\n    production: ["*.example.com"]\n',
    ),
    Code(
        code="SMS312",
        title="The number cannot be in the account's region",
        why="Twilio's region ie1 takes no number of country code 1 (error 21668).",
        bad="# smsops.yaml\naccounts:\n" + _account("main", _SID, "region: ie1", "edge: dublin"),
        good='phone_numbers: ["+447700900160"]\n'
        "# smsops.yaml\naccounts:\n" + _account("main", _SID, "region: ie1", "edge: dublin"),
    ),
    Code(
        code="SMS313",
        title="The friendly name is taken",
        why="When the answer to a create is lost, smsops finds the new service by its friendly name. With two channels "
        "of one account under the same name it could take the one for the other. Without friendly_name, it is the "
        "channel's name. Channels that all pin their service may share a name, since none of them is created.",
        bad='friendly_name: Desk\n# channels/other.yaml\nfriendly_name: Desk\nphone_numbers: ["+12065550102"]\n',
        good='friendly_name: Desk\n# channels/other.yaml\nfriendly_name: Night desk\nphone_numbers: ["+12065550102"]\n',
    ),
)
