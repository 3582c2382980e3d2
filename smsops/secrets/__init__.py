"""Secrets by reference: env, file, command. Resolved only when a command talks to a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from smsops.errors import SecretError
from smsops.project import SecretKind, SecretRef
from smsops.secrets import env, file
from smsops.secrets.base import Secret

Source = Callable[[SecretRef, str, Mapping[str, str]], str]


def _said(ref: SecretRef, root: str, environ: Mapping[str, str]) -> str:
    from smsops.secrets import command  # only here: most secrets need no process

    return command.read(ref.target, root, environ)


SOURCES: Mapping[SecretKind, Source] = {
    SecretKind.ENV: lambda ref, root, environ: env.read(ref.target[0], environ),
    SecretKind.FILE: lambda ref, root, environ: file.read(ref.target[0], root),
    SecretKind.COMMAND: _said,
}
"""Add a source by a file and a line here."""


def resolve(ref: SecretRef, *, root: str, environ: Mapping[str, str]) -> Secret:
    """The secret that `ref` names. `root` is the project's folder.

    Raises SecretError when it is missing, or holds anything but printable ASCII without spaces: a line break in a
    secret would write a header of its own into the request.
    """
    value = SOURCES[ref.kind](ref, root, environ)
    if not all("!" <= character <= "~" for character in value):
        raise SecretError(
            f"The secret from {ref.kind} {ref.target[0]!r} holds a space, a line break or a character that is not "
            "printable ASCII.",
            hint="Check that the source holds the secret alone, on one line.",
        )
    return Secret(value)
