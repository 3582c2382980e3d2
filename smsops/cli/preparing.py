"""What a plan needs for its first request and takes longest begins before the command line itself is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smsops.threads import begin_ahead


def prepare(argv: Sequence[str], environ: Mapping[str, str]) -> None:
    """Begin what does not depend on anything that is still to be read; nothing is sent. The options are only guessed
    at, and a wrong guess costs some work that nobody waits for.
    """
    is_local = "--sandbox" in argv or environ.get("SMSOPS_SANDBOX") or _is_plain(environ.get("SMSOPS_API_BASE_URL", ""))
    if "plan" in argv and not is_local:
        begin_ahead(_prepare)


def _is_plain(url: str) -> bool:
    return url.startswith("http:")


def _prepare() -> None:
    from smsops.providers import PROVIDERS  # only here: the thread imports it beside what else is being imported

    for provider in PROVIDERS.values():
        if provider.prepare is not None:
            provider.prepare()
