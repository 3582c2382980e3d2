"""What nobody knows for sure about Twilio, as settings: each guess of twilio.md 13 can be turned the other way.

Tests of the engine run with guesses turned both ways, so that nothing comes to rest on one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from smsops.frozen import Frozen, field_names, replace


class ClearedUrl(StrEnum):
    """How a URL that was cleared with '' reads back."""

    NULL = "null"
    EMPTY = "empty"


class Switches(Frozen):
    """How the sandbox behaves where the facts are open, and how slow, crowded or stale it is."""

    deferral_default: bool = False
    """`use_inbound_webhook_on_number` of a service created without it (twilio.md 3.1, 13 item 10)."""
    smart_encoding_default: bool = False
    """`smart_encoding` of a service created without it; spec and practice disagree (2.1, 13 item 10)."""
    usecase_default: str = "undeclared"
    """`usecase` of a service created without it (13 item 10)."""
    cleared_url: ClearedUrl = ClearedUrl.NULL
    """How a cleared URL of a service reads back (2.2, 13 item 11)."""
    added_status: int = 201
    """HTTP status of a successful add of a number or short code: 201 or 200 (1.3, 13 item 14)."""
    bad_url_code: int = 21402
    """Error code, with HTTP 400, of a malformed URL: 21402, 21609 or 20001 (2.3, 13 item 9)."""
    bad_method_code: int = 21403
    """Error code, with HTTP 400, of a method other than GET and POST: 21403 or 20001 (13 item 9)."""
    bad_validity_code: int = 20001
    """Error code, with HTTP 400, of a validity period outside 1 to 36000 seconds (4.4, 13 item 9)."""
    service_limit: int = 10_000
    """Services that an account may hold; one more is 400/30995 (2.4, 13 item 9)."""
    pool_limit: int = 400
    """Numbers and short codes that a pool may hold; one more is 412/21714 (4.1, 13 item 14)."""
    unknown_number_code: int = 20404
    """Adding a well-formed SID that the account does not own: 20404 with 404, or 21421 with 400 (4.3, 13 item 14)."""
    region_mismatch_status: int = 400
    """HTTP status of 21669, a number of another region (4.3, 13 item 14)."""
    deregistration_calls: int = 0
    """How many adds of a US long code answer 409/20409 after it left a pool (4.3, 13 item 14)."""
    empty_capabilities: bool = False
    """Pool items carry an empty capabilities array, as Twilio's sometimes do (1.3, 13 item 16)."""
    delete_frees_numbers: bool = True
    """Deleting a service frees its senders (4.1 rule 9, 13 item 17); otherwise adds go on answering 409/21712."""
    pool_touches_service: bool = False
    """`date_updated` of the service moves when its pool changes (14, question 8)."""
    unknown_field: bool = False
    """Answers about services and pools carry a field that no description names (1.1, 13 item 12)."""
    real_host_links: bool = False
    """Page links name Twilio's real host, which a careful client must not follow (12 rule 24, 13 item 20)."""
    page_size_refused: bool = True
    """A page size over 1000 is refused with 400/20007; otherwise it counts as 1000 (1.1, 13 item 20)."""
    suspended_status: int = 403
    """HTTP status of 20005, an account that is not active: 403 or 401 (section 5, 13 item 6)."""
    restricted_status: int = 403
    """HTTP status of 70051, a restricted key without the permission: 403 or 401 (section 5, 13 item 6)."""
    foreign_account_code: int = 20404
    """A core path of an account out of reach: 20404 with 404, or 20003 with 401 (13 item 7)."""
    events_status: int = 200
    """HTTP status of the event log: 200, or the refusal of an account or a key that may not read it, such as 403."""
    sample_reply: bool = False
    """A newly owned number answers with Twilio's sample reply until it is configured (1.5, 13 item 25)."""
    lag: int = 0
    """How many reads (lists and GETs) a created service or pool member stays missing from (11, 13 item 23)."""
    refuse_simultaneous_writes: bool = True
    """A write to a service while another one to it is running is 409/20162 (section 6, 13 item 22)."""
    concurrency_limit: int = 0
    """Requests of one account at a time before 429/20429; 0 is no limit (section 6, 13 item 21)."""
    latency: float = 0.0
    """Seconds that every request takes at least."""


def changed(switches: Switches, values: Mapping[str, Any]) -> Switches:
    """A copy with some switches set from plain JSON values; ValueError names a wrong switch or value."""
    names = field_names(Switches)
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in names:
            raise ValueError(f"There is no switch {name!r}.")
        checked[name] = _checked(name, value, getattr(switches, name))
    return replace(switches, **checked)


def _checked(name: str, value: Any, present: Any) -> Any:
    if isinstance(present, ClearedUrl):
        if value in tuple(ClearedUrl):
            return ClearedUrl(value)
    elif isinstance(present, float):
        if type(value) in (int, float) and value >= 0:
            return float(value)
    elif type(value) is type(present) and not (isinstance(value, int) and value < 0):
        return value
    kind = type(present).__name__
    raise ValueError(f"The switch {name} takes {'null or empty' if kind == 'ClearedUrl' else kind}, not {value!r}.")
