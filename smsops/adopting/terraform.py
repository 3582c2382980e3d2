"""A Terraform state: which messaging services and which of their numbers it manages, and under which addresses.

The file is somebody else's, and holds secrets of other resources. Only the members named here are looked at, every SID
is checked for its form, and no value of the state but SIDs and addresses is ever in a message.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Set
from typing import Any

from smsops.adopting.found import Handover
from smsops.errors import UsageError
from smsops.frozen import Frozen
from smsops.model import LiveState

MOST_BYTES = 1 << 26
_VERSION = 4
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"PN[0-9a-fA-F]{32}")
_SERVICES = ("twilio_messaging_services_v1", "twilio_messaging_service")
"""Twilio's own provider, and RJPearson94's."""
_NUMBERS = {
    "twilio_messaging_services_phone_numbers_v1": "phone_number_sid",
    "twilio_messaging_phone_number": "sid",
}
"""Resource type, and where it keeps the number's SID."""
_OTHERS = (
    "twilio_messaging_services_alpha_senders_v1",
    "twilio_messaging_services_short_codes_v1",
    "twilio_messaging_alpha_sender",
    "twilio_messaging_short_code",
)
"""Senders that smsops does not manage: Terraform keeps them."""
_PULL = "terraform state pull > state.json makes one."


class Entry(Frozen):
    """One resource of the state that belongs to a messaging service."""

    address: str
    """As `terraform state rm` takes it."""
    service_sid: str
    number_sid: str | None = None
    """Of a pool member; None for the service itself, and for what smsops does not manage."""
    is_kept: bool = False
    """Whether Terraform goes on managing it."""

    @property
    def removal(self) -> str:
        """The command that hands it over, for a shell."""
        return shlex.join(["terraform", "state", "rm", self.address])


class State(Frozen):
    """What concerns messaging services."""

    entries: tuple[Entry, ...]
    unclear: tuple[str, ...]
    """Addresses of resources of these types that name no SID: nobody can say what they are."""

    @property
    def service_sids(self) -> frozenset[str]:
        """Services that Terraform manages; one of which it has only a number is not among them."""
        return frozenset(e.service_sid for e in self.entries if e.number_sid is None and not e.is_kept)


def read_state(data: bytes) -> State:
    """Raises UsageError for what is no Terraform state of version 4, and for one without a messaging service."""
    if len(data) > MOST_BYTES:
        raise _no_state(f"it is larger than {MOST_BYTES >> 20} MiB")
    try:
        state = json.loads(data)
    except (ValueError, RecursionError):
        raise _no_state("it is not JSON") from None
    if not isinstance(state, dict):
        raise _no_state("it is not a JSON object")
    if "encrypted_data" in state:
        raise _no_state("it is encrypted")
    if "values" in state and "resources" not in state:
        raise _no_state("it is the output of terraform show -json")
    if state.get("version") != _VERSION or isinstance(state.get("version"), float):
        raise _no_state(f"its version is not {_VERSION}")
    found = list(_entries(state.get("resources")))
    entries = tuple(sorted((e for e in found if isinstance(e, Entry)), key=lambda e: (e.address, e.service_sid)))
    read = State(entries=entries, unclear=tuple(sorted(e for e in found if isinstance(e, str))))
    if not read.service_sids:
        message = f"The Terraform state has no messaging service: no {' and no '.join(_SERVICES)} with a SID."
        raise UsageError(message, hint="Name the state of the workspace that manages them.")
    return read


def _no_state(why: str) -> UsageError:
    return UsageError(f"The file is no Terraform state that can be read: {why}.", hint=_PULL)


def _entries(resources: object) -> Iterator[Entry | str]:
    """Entries, and addresses of those that say too little."""
    if not isinstance(resources, list):
        raise _no_state("its resources are no list")
    for resource in resources:
        if not isinstance(resource, dict) or resource.get("mode") != "managed":
            continue
        kind, instances = resource.get("type"), resource.get("instances")
        if kind not in (*_SERVICES, *_NUMBERS, *_OTHERS) or not isinstance(instances, list):
            continue
        for instance in instances:
            # A deposed instance is one that Terraform has replaced and still has to destroy.
            if isinstance(instance, dict) and "deposed" not in instance:
                yield _entry(str(kind), resource, instance)


def _entry(kind: str, resource: Mapping[str, Any], instance: Mapping[str, Any]) -> Entry | str:
    address = _address(kind, resource, instance)
    attributes = instance.get("attributes")
    if not isinstance(attributes, dict):
        return address
    # An imported pool member may lack the number's SID; its id is SERVICE/NUMBER.
    parts = [part for part in str(attributes.get("id", "")).split("/") if part]
    own = _sid(_SERVICE, attributes.get("sid" if kind in _SERVICES else "service_sid"), *parts)
    if own is None:
        return address
    if kind not in _NUMBERS:
        return Entry(address=address, service_sid=own, is_kept=kind in _OTHERS)
    number = _sid(_NUMBER, attributes.get(_NUMBERS[kind]), attributes.get("sid"), *parts)
    return Entry(address=address, service_sid=own, number_sid=number) if number else address


def _sid(pattern: re.Pattern[str], *values: object) -> str | None:
    return next((value for value in values if isinstance(value, str) and pattern.fullmatch(value)), None)


def _address(kind: str, resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    module = resource.get("module")
    key = instance.get("index_key")
    index = "" if key is None else f"[{json.dumps(key, ensure_ascii=False)}]"
    return f"{f'{module}.' if module else ''}{kind}.{resource.get('name')}{index}"


def handover(state: State, live: tuple[LiveState, ...], adopted: Set[str]) -> Handover:
    """`live` are the accounts that were read, `adopted` the SIDs of services whose file says what they are."""
    services = {sid: service for one in live for sid, service in one.services.items()}
    missing = []
    ours = []
    for entry in state.entries:
        service = services.get(entry.service_sid)
        if service is None:
            missing.append(f"{entry.address}: no account that was read has {entry.service_sid}.")
        elif entry.number_sid and service.pool is not None and entry.number_sid not in service.pool.values():
            missing.append(f"{entry.address}: {entry.number_sid} is not in the pool of {entry.service_sid}.")
        if entry.service_sid in adopted:
            ours.append(entry)
    given = sorted((e for e in ours if not e.is_kept), key=lambda e: (e.service_sid, e.number_sid is None, e.address))
    return Handover(
        removals=tuple(entry.removal for entry in given),
        kept=tuple(entry.address for entry in ours if entry.is_kept),
        missing=tuple(missing),
        unclear=state.unclear,
    )
