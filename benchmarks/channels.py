"""Channel files as people write them, as many as are wanted."""

from __future__ import annotations

from pathlib import Path

PROJECT = """\
version: 1
accounts:
  us:
    provider: twilio
    account_sid: AC00000000000000000000000000000101
    auth_token: {env: US_TOKEN}
policy:
  webhook_hosts: ["*.example.com"]
  require_owner: true
"""

CHANNEL = """\
# yaml-language-server: $schema=../../schemas/channel.schema.json
name: clinic-{index:06}
description: Appointment reminders of clinic {index}; patients answer C to confirm
provider: twilio
account: us
direction: inbound-and-outbound
webhook_url: https://hooks-{index}.example.com/sms/inbound
fallback_url: https://hooks-standby.example.com/sms/inbound
status_callback_url: "https://hooks-{index}.example.com/sms/status#rc=3&rp=all"
# The first number is on the letterhead.
phone_numbers:
  - number: "+120{first:08}"
    label: Front desk {index}
  - number: "+120{second:08}" # since March
    label: Pharmacy
    protected: true
  - "+120{third:08}"
messaging:
  use_case: notifications
  sticky_sender: true
  validity_period: 14400
contact_hours:
  timezone: America/New_York
  start: "09:00"
  end: "20:00"
compliance:
  sender_type: 10dlc
  registration: required
  opt_out_keywords: ["STOP", "UNSUBSCRIBE"]
owner:
  team: patient-comms
  email: patient-comms@example.com
  cost_center: LD-{index:04}
tags:
  data_class: restricted
  review_by: "2027-03-31"
"""


def write_channels(root: Path, count: int) -> list[str]:
    """Write a project of so many channels, a hundred in a folder; the paths of their files."""
    (root / "smsops.yaml").write_text(PROJECT, encoding="utf-8")
    paths = []
    for index in range(count):
        folder = f"channels/team-{index // 100:04}"
        if index % 100 == 0:
            (root / folder).mkdir(parents=True)
        first = 60_000_000 + 3 * index
        text = CHANNEL.format(index=index, first=first, second=first + 1, third=first + 2)
        paths.append(f"{folder}/clinic-{index:06}.yaml")
        (root / paths[-1]).write_text(text, encoding="utf-8")
    return paths
