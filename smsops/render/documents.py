"""JSON for programs: every document has `format_version` and `ok`, and is plain ASCII (contract 9)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from smsops.diagnostics import Finding, finding_to_json
from smsops.errors import ProviderError, SmsopsError

_COMMAND = re.compile(r"(?<=#)#(?=[A-Za-z]*\[)")


def document(*, ok: bool = True, **facts: Any) -> str:
    """One JSON document. Keys keep the order in which they are given."""
    from smsops.planned import FORMAT_VERSION  # only here: schemas are printed, too, and need no plan

    return dumped({"format_version": FORMAT_VERSION, "ok": ok, **facts})


def dumped(facts: object) -> str:
    """Plain data as JSON that is safe on a terminal and in a log: everything beyond printable ASCII is escaped, and so
    is the `##[` by which some CI systems know a command (`plain.clean`); a `#` stands only inside texts.
    """
    text = json.dumps(facts, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f")
    return _COMMAND.sub(r"\\u0023", text) + "\n"


def failure(error: SmsopsError, *, findings: Iterable[Finding] = ()) -> str:
    """The document of a command that failed."""
    listed = [finding_to_json(finding) for finding in findings]
    return document(ok=False, error=error_to_json(error), **({"findings": listed} if listed else {}))


def error_to_json(error: SmsopsError) -> dict[str, Any]:
    """An error with all that is known of it; a provider's refusal also has its status, number and request id."""
    facts: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
    if isinstance(error, ProviderError):
        facts |= {
            "failure": str(error.failure),
            "status": error.status,
            "provider_code": error.provider_code,
            "request_id": error.request_id,
        }
    return facts


def schema(facts: Mapping[str, Any], *, color: bool) -> str:
    """A JSON Schema as it is: the one document that is not smsops' own, and so has no `ok`."""
    return dumped(facts)


SCHEMA = {"text": schema, "json": schema}
