"""The ledger as a folder of record files, `records/<account>/<time>-<plan id>.json`, in the project's `.smsops/`.

The sandbox keeps its records in `ledger/`. Records of real accounts stay apart from them, in `local-ledger/`. The
state folder around both ignores itself, so that no record is committed by accident.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from smsops.errors import LedgerError
from smsops.ledger.records import base_of
from smsops.model import EMPTY_BASE, Base


class FolderLedger:
    """Implements `ledger.base.Ledger`. `root` is created with the first record."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def base(self, account: str, account_sid: str) -> Base:
        for name in sorted(self._names(self._folder(account), ".json"), reverse=True):
            try:
                text = (self._folder(account) / name).read_text(encoding="utf-8")
                found = base_of(json.loads(text), account_sid=account_sid)
            except (OSError, ValueError, RecursionError, LedgerError) as error:
                raise LedgerError(
                    f"The last record of account {account} cannot be read: {name}: {error}",
                    hint="Restore the file. Without it smsops would not know what it applied before.",
                ) from error
            if found is not None:
                return found
        return EMPTY_BASE

    def accounts(self) -> tuple[str, ...]:
        """Names of the accounts that have records. Raises LedgerError."""
        return tuple(sorted(self._names(self._root / "records")))

    def _names(self, folder: Path, ending: str = "") -> list[str]:
        try:
            return [name for name in os.listdir(folder) if name.endswith(ending) and not name.startswith(".")]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise LedgerError(
                f"The records in {folder} cannot be listed: {error.strerror or error}.",
                hint="Mend .smsops/ in the project. Without it smsops would not know what it applied before.",
            ) from error

    def key(self, account: str, at: str, plan_id: str) -> str:
        moment = int(re.sub(r"\D", "", at))
        for name in self._names(self._folder(account), ".json"):
            moment = max(moment, int(re.sub(r"\D", "", name.partition("-")[0]) or 0) + 1)
        digits = f"{moment:020}"
        return f"{digits[:8]}T{digits[8:]}Z-{plan_id.removeprefix('sha256:')[:12]}"

    def write(self, account: str, key: str, record: dict[str, Any]) -> None:
        folder = self._folder(account)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._root.with_name(".gitignore").write_text("*\n", encoding="utf-8")
            # Written beside and renamed, so that a reader or a crash never sees half a record.
            beside = folder / f".{key}.tmp"
            with beside.open("w", encoding="utf-8") as file:
                json.dump(record, file, indent=2, sort_keys=True)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(folder / f"{key}.json")
        except OSError as error:
            raise LedgerError(
                f"The record of account {account} cannot be written: {error.strerror or error}",
                hint="Make room or permissions in .smsops/ of the project, and apply again.",
            ) from error

    def _folder(self, account: str) -> Path:
        return self._root / "records" / account
