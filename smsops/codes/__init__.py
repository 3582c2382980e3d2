"""The registry of codes that `explain`, the docs and the tests share.

`bad` and `good` of the families 1xx to 3xx are files in short. Their top-level keys replace those of a valid channel
file, `channels/example.yaml`, in a valid project. Comment lines steer this:

- `# smsops.yaml` and `# channels/NAME.yaml` say which file the lines below belong to;
- `# without: KEY, KEY` leaves keys of the valid file out;
- `# raw` takes what follows as the whole file;
- a text that begins with `$ ` is a command to read and not a file.

A test builds each of them: `bad` raises its code and no other, `good` raises nothing.
"""

from __future__ import annotations

from smsops.codes.apply import APPLY_CODES
from smsops.codes.audit import AUDIT_CODES
from smsops.codes.files import FILE_CODES
from smsops.codes.ledger import LEDGER_CODES
from smsops.codes.provider import PROVIDER_CODES
from smsops.codes.rules import RULE_CODES
from smsops.codes.schema import SCHEMA_CODES
from smsops.explanations import Code

_ALL = (*FILE_CODES, *SCHEMA_CODES, *RULE_CODES, *PROVIDER_CODES, *APPLY_CODES, *LEDGER_CODES, *AUDIT_CODES)

CODES: dict[str, Code] = {code.code: code for code in sorted(_ALL, key=lambda code: code.code)}
"""Every code that smsops raises, in order."""
