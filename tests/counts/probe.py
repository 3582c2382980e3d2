"""A command line in a process of its own, and what it took: modules, files, processes. Run as a script.

python probe.py REPORT [ARGUMENT]...
"""

from __future__ import annotations

import json
import os
import sys

PROCESSES = ("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec", "os.spawn")


def main(report: str, *argv: str) -> None:
    root = os.getcwd() + os.sep
    opened: list[str] = []
    started: list[str] = []

    def heard(event: str, details: tuple[object, ...]) -> None:
        if event == "open" and isinstance(details[0], str | bytes):
            path = os.path.abspath(os.fsdecode(details[0]))
            if path.startswith(root):
                opened.append(path.removeprefix(root))
        elif event in PROCESSES:
            started.append(" ".join(map(str, details[1])) if event == "subprocess.Popen" else event)  # type: ignore[call-overload]

    before = set(sys.modules)
    sys.addaudithook(heard)
    sys.argv = ["smsops", *argv]
    try:
        from smsops.cli import main as command_line

        command_line()
    finally:
        found = {"modules": sorted(sys.modules.keys() - before), "opened": opened, "started": started}
        with open(report, "w", encoding="utf-8") as file:
            json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
