"""What it takes to run a channel on Twilio: what a person does in the console, and what apply does. No secret is in it.

The steps stand in the order in which they can be done. Which of them there are follows from the channel: whether it
receives and sends, whether its service is pinned, and what kinds of number it declares.
"""

from __future__ import annotations

from collections.abc import Iterator

from smsops.masking import masked
from smsops.model import Channel, Unmanaged
from smsops.numbers import is_toll_free
from smsops.project import Account, SecretKind, SecretRef
from smsops.steps import By, Step


def instructions(channel: Channel | None, account: Account | None) -> tuple[Step, ...]:
    """The steps in order; the channel and its account fill in URLs, numbers and SIDs."""
    return (
        _account(account),
        _credentials(account),
        _numbers(channel),
        *_endpoints(channel),
        _step("Check the files, and read what apply would do", "smsops validate", "smsops plan", "smsops apply"),
        _service(channel),
        _incoming(channel),
        _callback(channel),
        _pool(channel),
        *_pin(channel),
        *_registration(channel),
        _try_out(channel),
    )


def _step(title: str, *lines: str, by: By = By.YOU) -> Step:
    return Step(by=by, title=title, lines=lines)


def _account(account: Account | None) -> Step:
    sid = account.account_sid if account else "AC followed by 32 hex digits"
    return _step(
        "Choose the account",
        "Sign in to the console and copy the account SID. A trial account reaches only verified recipients and cannot",
        "register for US long codes. A subaccount needs credentials of its own: its parent's do not work for messaging",
        "services.",
        f"smsops.yaml: account_sid: {sid}",
    )


def _credentials(account: Account | None) -> Step:
    lines = [
        "Account > API keys & tokens: create a key of the type Standard, or a Restricted one with permission for",
        "messaging services and phone numbers. The secret is shown once; put it into your secret store.",
        "smsops.yaml: api_key_sid: SK..., api_key_secret: a reference like {env: NAME}; or auth_token alone.",
        "Test credentials cannot be used: they do not know messaging services.",
    ]
    if account and account.region:
        lines.append(f"Keys and tokens are per region; make them in region {account.region}, edge {account.edge}.")
    if account:
        what = f"the secret of {account.api_key_sid}" if account.api_key_sid else "the auth token"
        lines.append(f"This project reads {what} from {_source(account.secret)}.")
    return _step("Make an API key (preferred), or take the auth token", *lines)


def _source(ref: SecretRef) -> str:
    kinds = {SecretKind.ENV: "the environment variable", SecretKind.FILE: "the file", SecretKind.COMMAND: "the command"}
    # Arguments of a command stay unsaid: they may be secret.
    return f"{kinds[ref.kind]} {ref.target[0]}"


def _numbers(channel: Channel | None) -> Step:
    senders = channel.senders if channel else ()
    numbers = [f"  {sender.number}" + (f"  {sender.label}" if sender.label else "") for sender in senders]
    return _step(
        "Have the phone numbers, with SMS",
        "Phone Numbers > Manage > Active numbers. smsops neither buys nor releases a number. Each needs the SMS",
        "capability, and can be in the pool of one messaging service only. At most one toll-free number in a pool.",
        *(["The channel declares:", *numbers] if numbers else []),
    )


def _endpoints(channel: Channel | None) -> Iterator[Step]:
    """The server that Twilio calls; nothing where nothing is called."""
    called = list(_called(channel)) if channel else ["webhook_url, fallback_url, status_callback_url"]
    if called:
        yield _step(
            "Have a server that answers what Twilio calls",
            *called,
            "It answers within 15 seconds, with a certificate that browsers take. It checks X-Twilio-Signature, which",
            "is made with the account's auth token, also where smsops uses an API key.",
        )


def _called(channel: Channel) -> Iterator[str]:
    settings = channel.settings
    for what, method, url in (
        ("replies", settings.webhook_method, settings.webhook_url),
        ("replies, when that fails", settings.fallback_method, settings.fallback_url),
        ("delivery reports", "POST", settings.status_callback_url),
    ):
        if shown := _url(url):
            yield f"{method} {shown}  {what}"


def _service(channel: Channel | None) -> Step:
    name = channel.settings.friendly_name if channel else "the channel's name"
    if channel and channel.service_sid:
        return _step("Keeps the messaging service", f"{channel.service_sid}, friendly name: {name}", by=By.APPLY)
    title = "Creates the messaging service" if channel else "Creates the messaging service, or keeps the pinned one"
    return _step(title, f"Friendly name: {name}", by=By.APPLY)


def _incoming(channel: Channel | None) -> Step:
    incoming = "Integration > Incoming messages:"
    if channel is None:
        lines = [f"{incoming} Send a webhook, to webhook_url; or Drop the message, for outbound."]
    elif channel.receives:
        settings = channel.settings
        lines = [f"{incoming} Send a webhook, {settings.webhook_method} {_url(settings.webhook_url)}"]
        if settings.fallback_url:
            lines.append(f"Fallback: {settings.fallback_method} {_url(settings.fallback_url)}")
    else:
        lines = [f"{incoming} Drop the message. Replies are neither delivered nor logged."]
    lines.append("Defer to sender's webhook is switched off, so that the numbers' own settings do not win.")
    return _step("Sets what happens to incoming messages", *lines, by=By.APPLY)


def _callback(channel: Channel | None) -> Step:
    url = _url(channel.settings.status_callback_url) if channel else "status_callback_url"
    text = f"Integration > Delivery status callback: {url}" if url else "No delivery status callback is set."
    return _step("Sets the status callback", text, "Twilio calls it with POST.", by=By.APPLY)


def _url(value: str | Unmanaged) -> str:
    return str(masked(value)) if isinstance(value, str) else ""


def _pool(channel: Channel | None) -> Step:
    count = len(channel.senders) if channel else 0
    what = f"the {count} declared number{'s' if count != 1 else ''}" if channel else "exactly the declared numbers"
    return _step("Fills the sender pool", f"It attaches {what} to the service's sender pool.", by=By.APPLY)


def _pin(channel: Channel | None) -> Iterator[Step]:
    """Only where there is no SID yet."""
    if channel is None or channel.service_sid is None:
        where = channel.path if channel and channel.path else "the channel's file"
        yield _step(
            "Pin the service, so that the channel keeps it for good",
            f"smsops apply --write-sids puts the SID into {where}.",
            "By hand: copy it from the service's page: messaging_service_sid: MG...",
        )


def _registration(channel: Channel | None) -> Iterator[Step]:
    """What carriers want to know; nothing for a channel that does not send, or has no number of such a kind."""
    numbers = [sender.number for sender in channel.senders] if channel and channel.direction.sends else []
    toll_free = channel is None or any(map(is_toll_free, numbers))
    long_codes = channel is None or any(each.startswith("+1") and not is_toll_free(each) for each in numbers)
    lines = []
    if long_codes:
        lines += [
            "US long codes: an A2P 10DLC brand and a campaign on the messaging service, approved by the carriers. It",
            "can take days, and needs the service first. Without it messages fail: smsops explain 30034. Taking",
            "a US long code out of a pool, or moving it, starts its carrier registration anew.",
        ]
    if toll_free:
        lines.append("Toll-free numbers: a verification for each. Without it messages fail: smsops explain 30032.")
    if lines:
        yield _step("Register the senders with the carriers", *lines)


def _try_out(channel: Channel | None) -> Step:
    lines = []
    if channel is None or channel.direction.sends:
        lines.append("Send a text through the messaging service to a phone of yours, and look for the delivery report.")
    if channel is None or channel.receives:
        lines.append("Text one of the numbers, and look that it reaches the webhook.")
    elif channel.direction.sends:
        lines.append("Answer it: nothing is called, and Twilio's log does not show the answer.")
    return _step("Try it out", *(lines or ["Nothing can be tried while the channel is disabled."]))
