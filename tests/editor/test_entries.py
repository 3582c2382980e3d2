"""What tells editors which schema is for which files: the entries for SchemaStore."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRIES = {entry["name"]: entry for entry in json.loads((ROOT / "docs/editor/schemastore.json").read_text("utf-8"))}


def matches(pattern: str, path: str) -> bool:
    """Whether an editor takes the schema for a file: a pattern without a slash is for a name in any folder."""
    anchored = pattern if "/" in pattern else f"**/{pattern}"
    parts = re.split(r"(\*\*/|\*)", anchored)
    regex = "".join({"**/": "(?:.*/)?", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(regex, path) is not None


def schemas_for(path: str) -> list[str]:
    return [name for name, entry in ENTRIES.items() if any(matches(pattern, path) for pattern in entry["fileMatch"])]


def test_the_entries_have_what_the_catalogue_asks_for() -> None:
    assert list(ENTRIES) == ["smsops project", "smsops channel"]
    for name, entry in ENTRIES.items():
        assert list(entry) == ["name", "description", "fileMatch", "url"]
        # The catalogue refuses these words, and a description on more than one line.
        assert "schema" not in (name + entry["description"]).lower()
        assert "\n" not in entry["description"]
        file = name.replace(" ", "-")
        assert entry["url"] == f"https://www.schemastore.org/{file}.json"
        assert (ROOT / "schemas" / f"{name.removeprefix('smsops ')}.schema.json").is_file()


@pytest.mark.parametrize("checkout", ["/src/smsops", "/code/platform/smsops"])
def test_each_file_of_the_sample_project_has_the_one_schema_that_it_names(checkout: str) -> None:
    files = [ROOT / "smsops.yaml", *sorted((ROOT / "channels").iterdir())]
    assert len(files) == 13
    for file in files:
        (named,) = re.findall(r"\$schema=\S*/(\w+)\.schema\.json", file.read_text("utf-8"))
        assert schemas_for(f"{checkout}/{file.relative_to(ROOT).as_posix()}") == [f"smsops {named}"]


@pytest.mark.parametrize("path", ["/src/slack/channels/general.yaml", "/src/smsops/smsops.yaml.bak", "/src/smsops.yml"])
def test_files_of_others_have_none(path: str) -> None:
    assert schemas_for(path) == []
