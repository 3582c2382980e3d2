"""A secret from an environment variable: `{env: NAME}`."""

from __future__ import annotations

from collections.abc import Mapping

from smsops.errors import SecretError


def read(name: str, environ: Mapping[str, str]) -> str:
    """The variable's value; raises SecretError when it is missing or empty."""
    value = environ.get(name, "")
    if not value:
        state = "is empty" if name in environ else "is not set"
        raise SecretError(
            f"The environment variable {name} {state}.",
            hint=f"Set {name} to the secret before you run smsops, for example from your CI's secret store.",
        )
    return value
