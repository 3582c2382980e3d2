"""Twilio's field names and values, and ours (twilio.md 2.1). Null, missing and '' are the same; so are get and GET."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from smsops.changes import FieldDiff
from smsops.masking import Sealed, Value
from smsops.model import UNMANAGED, OwnedNumber, ServiceSettings, Unmanaged
from smsops.providers.twilio.failures import garbled
from smsops.providers.twilio.routes import NUMBER_SID, SERVICE_SID

PARAMETERS = {
    "friendly_name": "friendly_name",
    "webhook_url": "inbound_request_url",
    "webhook_method": "inbound_method",
    "fallback_url": "fallback_url",
    "fallback_method": "fallback_method",
    "status_callback_url": "status_callback",
    "use_inbound_webhook_on_number": "use_inbound_webhook_on_number",
    "use_case": "usecase",
    "validity_period": "validity_period",
    "sticky_sender": "sticky_sender",
    "smart_encoding": "smart_encoding",
    "mms_converter": "mms_converter",
    "area_code_geomatch": "area_code_geomatch",
}
"""Our setting to Twilio's field, which is also the SDK's parameter."""

DEFAULTS: dict[str, Value] = {
    "use_case": "undeclared",
    "validity_period": 36_000,
    "sticky_sender": True,
    "smart_encoding": False,
    "mms_converter": True,
    "area_code_geomatch": True,
}
"""A service of which only the name was given (twilio.md 2.1). What `smart_encoding` is then is not known for sure; a
file that does not say it leaves it as it is.
"""

NOT_READ = ServiceSettings(
    friendly_name="",
    webhook_url=UNMANAGED,
    webhook_method=UNMANAGED,
    fallback_url=UNMANAGED,
    fallback_method=UNMANAGED,
    status_callback_url=UNMANAGED,
    use_inbound_webhook_on_number=UNMANAGED,
)
"""Stands for settings that nobody asked for."""


def settings_of(service: Any) -> ServiceSettings:
    """The managed fields of the SDK's service; raises ProviderError GARBLED for a value of a wrong type."""
    return ServiceSettings(
        friendly_name=text(service, "friendly_name"),
        webhook_url=text(service, "inbound_request_url"),
        webhook_method=_method(service, "inbound_method"),
        fallback_url=text(service, "fallback_url"),
        fallback_method=_method(service, "fallback_method"),
        status_callback_url=text(service, "status_callback"),
        use_inbound_webhook_on_number=_flag(service, "use_inbound_webhook_on_number"),
        use_case=text(service, "usecase") or "undeclared",
        validity_period=_whole(service, "validity_period"),
        sticky_sender=_flag(service, "sticky_sender"),
        smart_encoding=_flag(service, "smart_encoding"),
        mms_converter=_flag(service, "mms_converter"),
        area_code_geomatch=_flag(service, "area_code_geomatch"),
    )


def fields_of(settings: ServiceSettings) -> dict[str, Value]:
    """Twilio's field names and values of a live service; what it gave no value for is left out."""
    values = {parameter: getattr(settings, name) for name, parameter in PARAMETERS.items()}
    return {parameter: value for parameter, value in values.items() if value is not UNMANAGED}


def parameters(fields: Iterable[FieldDiff]) -> dict[str, Value]:
    """The SDK's parameters for the changed fields, each absolute; '' clears, for None would mean "leave alone"."""
    return {PARAMETERS[diff.name]: _sendable(diff) for diff in fields}


def _sendable(diff: FieldDiff) -> Value:
    if isinstance(diff.after, Sealed):
        raise ValueError(f"{diff.field} of a saved plan was not opened before it is sent")
    return "" if diff.after is None else diff.after


def service_sid(service: Any) -> str:
    return _matching(service.sid, SERVICE_SID, "a service")


def member(item: Any) -> tuple[str, str]:
    """E.164 and SID of an item of a pool or of the inventory."""
    return (_matching(item.phone_number, r"\+[0-9]{1,20}", "a number"), _matching(item.sid, NUMBER_SID, "a number"))


def sender(item: Any, name: str) -> str:
    """The text of a sender that is no phone number, such as `whatsapp:+12065550101`; `name` is its field."""
    said = text(item, name)
    if not said:
        raise garbled("a sender comes without its name")
    return said


def owned(item: Any) -> OwnedNumber:
    """An item of the inventory. It counts as able where nothing is said: Twilio refuses it if it is not (21715)."""
    capabilities = item.capabilities
    able = capabilities.get("sms") is not False if isinstance(capabilities, dict) else True
    return OwnedNumber(sid=member(item)[1], sms=able)


def _matching(value: object, pattern: str, what: str) -> str:
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    raise garbled(f"{what} comes without a proper identity")


def text(service: Any, name: str) -> str:
    """A field that is text; '' where there is none. Raises ProviderError GARBLED for anything else."""
    value = getattr(service, name)
    if value is None:
        return ""
    # A lone surrogate cannot be written to a file or a terminal.
    if isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value):
        return value
    raise garbled(f"{name} of a service is not text")


def _method(service: Any, name: str) -> str:
    return text(service, name).upper() or "POST"


def _flag(service: Any, name: str) -> bool | Unmanaged:
    value = getattr(service, name)
    if value is None:
        return UNMANAGED
    if isinstance(value, bool):
        return value
    raise garbled(f"{name} of a service is neither true nor false")


def _whole(service: Any, name: str) -> int | Unmanaged:
    value = getattr(service, name)
    if value is None:
        return UNMANAGED
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise garbled(f"{name} of a service is not a number")
