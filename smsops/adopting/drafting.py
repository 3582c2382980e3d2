"""Every service of one account as a file, or as a reason why it has none. Pure.

A service belongs to the file that a plan binds to it; else to the one file without a service that bears its friendly
name, where no other service does; else it gets a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from smsops.adopting.compose import Style, composed
from smsops.adopting.found import Beside, Draft, Drawn, LeftOut, Same, of
from smsops.adopting.limits import obstacles, senders_beside
from smsops.adopting.merge import merged
from smsops.adopting.naming import free_name
from smsops.adopting.target import moved, target_of
from smsops.binding import bind, known_sids
from smsops.diffs import field_diffs
from smsops.frozen import Frozen
from smsops.model import Base, Channel, DesiredState, LiveService, LiveState
from smsops.project import Account


class Scene(Frozen):
    """One account, and the files around it."""

    account: Account
    live: LiveState
    base: Base
    channels: tuple[Channel, ...]
    """Of every account."""
    files: Mapping[str, bytes]
    """What the account's channel files hold, by path."""
    chosen: Set[str]
    """SIDs of the services to adopt."""
    excepted: Set[str] = frozenset()
    """SIDs of services that somebody else manages."""
    senders: Mapping[str, tuple[str, ...]]
    """Senders of each service that are no phone numbers."""
    folder: str
    """Where new files go."""
    taken: Set[str]
    """Names that a new file cannot have."""
    style: Style


def drafts(scene: Scene) -> Iterator[Drawn]:
    """What becomes of every chosen service, in the order of their names."""
    mine = _files_of(scene)
    bound = {channel.name for channel in mine.values()}
    elsewhere = [c for c in scene.channels if c.account != scene.account.name or c.name not in bound]
    taken = set(scene.taken)
    services = [scene.live.services[sid] for sid in scene.chosen if sid in scene.live.services]
    for service in sorted(services, key=lambda one: (one.settings.friendly_name, one.sid)):
        about = of(scene.account.name, service)
        for what in senders_beside(scene.senders.get(service.sid, ())):
            yield Beside(of=about, what=what)
        reasons = list(_reasons(service, elsewhere, scene))
        channel = mine.get(service.sid)
        if channel is not None and service.sid not in scene.excepted and _is_said(channel, service):
            yield Same(of=about, path=channel.path)
        elif reasons:
            yield LeftOut(of=about, reason=" ".join(reasons))
        elif channel is not None:
            yield _merged(channel, service, scene)
        else:
            name = free_name(service.settings.friendly_name, service.sid, taken)
            taken.add(name)
            data = composed(name, service, scene.account, scene.style)
            yield Draft(of=about, path=f"{scene.folder}/{name}.yaml" if scene.folder else f"{name}.yaml", after=data)


def _files_of(scene: Scene) -> dict[str, Channel]:
    """The channel of each service that has one."""
    ours = tuple(channel for channel in scene.channels if channel.account == scene.account.name)
    desired = DesiredState(account=scene.account.name, account_sid=scene.live.account_sid, channels=ours)
    bound = bind(desired=desired, live=scene.live, base=scene.base, known=known_sids(desired, scene.base))
    found = {one.service.sid: channel for channel in ours if (one := bound[channel.name]).service}
    bearers: dict[str, list[str]] = {}
    for sid, service in scene.live.services.items():
        if sid not in found:
            bearers.setdefault(service.settings.friendly_name, []).append(sid)
    for channel in ours:
        sids = bearers.get(channel.settings.friendly_name, [])
        if bound[channel.name].namesake and len(sids) == 1:
            found[sids[0]] = channel
    return found


def _reasons(service: LiveService, elsewhere: list[Channel], scene: Scene) -> Iterator[str]:
    if service.sid in scene.excepted:
        yield "It was excepted."
        return
    yield from obstacles(service)
    for channel in elsewhere:
        if channel.service_sid == service.sid:
            yield f"{channel.path} of account {channel.account} pins it."
        elif shared := sorted(channel.numbers & (service.pool or {}).keys()):
            yield f"{channel.path} declares {', '.join(shared)} of its pool."
        elif _may_be_meant(channel, service, scene):
            yield f"{channel.path} may mean it or another service of this name; pin the right one there."


def _may_be_meant(channel: Channel, service: LiveService, scene: Scene) -> bool:
    """Whether a channel without a service bears this name; a plan would refuse to create a second one."""
    is_ours = channel.account == scene.account.name and not channel.service_sid
    return is_ours and channel.settings.friendly_name == service.settings.friendly_name


def _is_said(channel: Channel, service: LiveService) -> bool:
    """Whether the file pins the service and a plan would find nothing to do."""
    differs = bool(field_diffs(channel.settings, service.settings))
    return channel.service_sid == service.sid and not differs and channel.numbers == (service.pool or {}).keys()


def _merged(channel: Channel, service: LiveService, scene: Scene) -> Drawn:
    about = of(scene.account.name, service)
    target = target_of(channel, service)
    data = scene.files[channel.path]
    after = merged(data, channel.document, target)
    if after is None:
        told = ", ".join(dict.fromkeys(one.what for one in moved(channel, target)))
        reason = f"{channel.path} is written in a way that {told} cannot be put into; change it by hand."
        return LeftOut(of=about, reason=reason)
    return Draft(of=about, path=channel.path, before=data, after=after, moved=tuple(moved(channel, target)))


def without_wrong(drawn: tuple[Drawn, ...], wrong: Mapping[str, str]) -> tuple[Drawn, ...]:
    """The same, with new files that a check refuses left out; `wrong` says by path why."""
    return tuple(
        LeftOut(of=one.of, reason=wrong[one.path])
        if isinstance(one, Draft) and one.before is None and one.path in wrong
        else one
        for one in drawn
    )
