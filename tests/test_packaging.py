"""What people install: the wheel and the source archive, built as an installer builds them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a source archive and the wheel that was built from that archive."""
    folder = tmp_path_factory.mktemp("dist")
    # Without isolation nothing is fetched: the build backend is among the development tools.
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (path,) = built.glob("*.whl")
    return zipfile.ZipFile(path)


def metadata(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = (member for member in wheel.namelist() if member.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def test_the_wheel_carries_the_schemas_byte_for_byte(wheel: zipfile.ZipFile) -> None:
    shipped = {name: wheel.read(name) for name in wheel.namelist() if name.startswith("smsops/schemas/")}
    assert shipped == {f"smsops/schemas/{path.name}": path.read_bytes() for path in (ROOT / "schemas").iterdir()}
    assert "smsops/schemas/channel.schema.json" in shipped
    assert "smsops/schemas/project.schema.json" in shipped


def test_the_wheel_is_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == {"smsops"}
    modules = {name for name in wheel.namelist() if name.endswith(".py")}
    assert modules == {str(path.relative_to(ROOT)) for path in (ROOT / "smsops").rglob("*.py")}
    assert "smsops/py.typed" in wheel.namelist()


def test_the_wheel_says_what_it_needs_and_how_it_is_called(wheel: zipfile.ZipFile) -> None:
    from smsops import __version__

    facts = HeaderParser().parsestr(metadata(wheel, "METADATA"))
    assert (facts["Name"], facts["Version"]) == ("smsops", __version__)
    assert facts["Requires-Python"] == ">=3.11"
    assert facts["License-Expression"] == "Apache-2.0"
    needed = {
        line.split(";")[0].split(">")[0].split("<")[0].lower()
        for line in facts.get_all("Requires-Dist", ())
        if "extra ==" not in line
    }
    assert needed == {"certifi", "click", "jsonschema", "msgspec", "pyyaml", "twilio", "urllib3", "xlsxwriter"}
    assert "smsops = smsops.cli:main" in metadata(wheel, "entry_points.txt")


def test_the_source_archive_can_be_tested_and_holds_nothing_private(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "smsops.yaml", "schemas/channel.schema.json"} <= names
    assert {"tests/test_packaging.py", "channels/brightwater-bank-otp.yaml", "smsops/model.py"} <= names
    assert not {name for name in names if name.startswith((".smsops", ".venv", ".git/")) or "__pycache__" in name}
