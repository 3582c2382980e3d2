"""The tools that smsops is measured against, installed once into `build/peers`, an environment of their own."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("peers.txt")
FOLDER = Path(__file__).resolve().parents[1] / "build" / "peers"


def peer(program: str) -> str:
    """The path of a peer's program; the first call of all installs them, which takes half a minute.

    Raises CalledProcessError when the package index cannot be reached.
    """
    stamp = FOLDER / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        print("Installing the peers into build/peers; this is done once.", file=sys.stderr)
        venv.create(FOLDER, with_pip=True, clear=True)
        pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return str(FOLDER / "bin" / program)
