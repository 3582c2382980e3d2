"""What a person sets up in Twilio's console before smsops can run a channel, as plain text. No secret is in it."""

from __future__ import annotations

from smsops.masking import masked
from smsops.model import Channel, Unmanaged
from smsops.project import Account, SecretKind, SecretRef

YOU = "you"
SMSOPS = "smsops"

Step = tuple[str, str, tuple[str, ...]]
"""Who does it, what, and the lines that say how."""


def instructions(channel: Channel | None, account: Account | None) -> str:
    """The steps in order, each marked with who does it; the channel and its account fill in URLs and SIDs."""
    title = f"Setting up {channel.name} on Twilio" if channel else "Setting up a channel on Twilio"
    steps = (
        *_account(account),
        _number(channel),
        _registration(),
        _service(channel),
        _webhook(channel),
        _callback(channel),
        _pool(channel),
        (YOU, "Check and apply", ("smsops validate", "smsops plan", "smsops apply")),
    )
    lines = [
        title,
        "",
        "Steps marked [you] are done once in Twilio's console. Steps marked [smsops] are done by apply:",
    ]
    lines += ["do not do them by hand, or the next plan shows them as drift.", ""]
    for place, (who, head, body) in enumerate(steps, start=1):
        lines.append(f"{place:>2}. [{who}] {head}")
        lines += [f"    {line}" for line in body]
        lines.append("")
    # Labels and names come from files, which may hold escape codes.
    return "\n".join("".join(mark if mark.isprintable() else "?" for mark in line) for line in lines)


def _account(account: Account | None) -> tuple[Step, ...]:
    sid = account.account_sid if account else "AC followed by 32 hex digits"
    where = [f"smsops.yaml: account_sid: {sid}"]
    if account and account.region:
        where.append(f"Region {account.region}, edge {account.edge}: keys and tokens are per region; make them there.")
    return (
        (
            YOU,
            "Choose the account",
            (
                "Sign in to the console and copy the account SID. A trial account reaches only verified recipients",
                "and cannot register for US long codes. A subaccount needs credentials of its own: its parent's do not",
                "work for messaging services.",
                *where,
            ),
        ),
        (
            YOU,
            "Make an API key (preferred), or take the auth token",
            (
                "Account > API keys & tokens: create a key of the type Standard, or a Restricted one with permission",
                "for messaging services and phone numbers. The secret is shown once; put it into your secret store.",
                "smsops.yaml: api_key_sid: SK..., api_key_secret: a reference like {env: NAME}; or auth_token alone.",
                "Test credentials cannot be used: they do not know messaging services.",
                *_reference(account),
            ),
        ),
    )


def _reference(account: Account | None) -> tuple[str, ...]:
    if account is None:
        return ()
    what = f"the secret of {account.api_key_sid}" if account.api_key_sid else "the auth token"
    return (f"This project reads {what} from {_source(account.secret)}.",)


def _source(ref: SecretRef) -> str:
    kinds = {SecretKind.ENV: "the environment variable", SecretKind.FILE: "the file", SecretKind.COMMAND: "the command"}
    # Arguments of a command stay unsaid: they may be secret.
    return f"{kinds[ref.kind]} {ref.target[0]}"


def _number(channel: Channel | None) -> Step:
    senders = channel.senders if channel else ()
    numbers = [f"  {sender.number}" + (f"  {sender.label}" if sender.label else "") for sender in senders]
    return (
        YOU,
        "Have the phone numbers, with SMS",
        (
            "Phone Numbers > Manage > Active numbers. smsops neither buys nor releases a number. Each needs the SMS",
            "capability, and can be in the pool of one messaging service only. At most one toll-free number in a pool.",
            *(["The channel declares:", *numbers] if numbers else []),
        ),
    )


def _registration() -> Step:
    return (
        YOU,
        "Register the senders with the carriers",
        (
            "US long codes: an A2P 10DLC brand and a campaign on the messaging service, approved by the carriers. It",
            "can take days, and needs the service first: apply, then register. Without it messages fail with 30034.",
            "Toll-free numbers: a toll-free verification for each number. Without it messages fail with 30032.",
            "Taking a US long code out of a pool, or moving it, starts its carrier registration anew.",
        ),
    )


def _service(channel: Channel | None) -> Step:
    name = channel.settings.friendly_name if channel else "the channel's name"
    if channel and channel.service_sid:
        return (SMSOPS, "Keeps the messaging service", (f"{channel.service_sid}, friendly name: {name}",))
    return (
        SMSOPS,
        "Creates the messaging service",
        (f"Friendly name: {name}. Then put its SID into the channel's file: messaging_service_sid.",),
    )


def _webhook(channel: Channel | None) -> Step:
    incoming = "Integration > Incoming messages:"
    if channel is None:
        text = [f"{incoming} Send a webhook, to webhook_url; or Drop the message, for outbound."]
    elif channel.receives:
        settings = channel.settings
        text = [f"{incoming} Send a webhook, {settings.webhook_method} {_url(settings.webhook_url)}"]
        if settings.fallback_url:
            text.append(f"Fallback: {settings.fallback_method} {_url(settings.fallback_url)}")
    else:
        text = [f"{incoming} Drop the message. Replies are neither delivered nor logged."]
    text.append("Defer to sender's webhook is switched off, so that the numbers' own settings do not win.")
    return (SMSOPS, "Sets what happens to incoming messages", tuple(text))


def _callback(channel: Channel | None) -> Step:
    url = _url(channel.settings.status_callback_url) if channel else "status_callback_url"
    text = f"Integration > Delivery status callback: {url}" if url else "No delivery status callback is set."
    return (SMSOPS, "Sets the status callback", (text, "Twilio calls it with POST."))


def _url(value: str | Unmanaged) -> str:
    return str(masked(value)) if isinstance(value, str) else ""


def _pool(channel: Channel | None) -> Step:
    count = len(channel.senders) if channel else 0
    what = f"the {count} declared number{'s' if count != 1 else ''}" if channel else "exactly the declared numbers"
    return (SMSOPS, "Fills the sender pool", (f"It attaches {what} to the service's sender pool.",))
