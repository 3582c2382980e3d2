"""What `smsops init` writes is inside the wheel and the source archive."""

from __future__ import annotations

import tomllib
from importlib import import_module
from typing import Any

from tests.pipelines.places import ROOT

BUILD: Any = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]


def test_each_file_that_lies_elsewhere_in_a_checkout_is_put_into_the_wheel_under_the_name_it_is_looked_up_by() -> None:
    prefix = "smsops/starter/"
    included = BUILD["wheel"]["force-include"].items()
    shipped = {target.removeprefix(prefix): source for source, target in included if target.startswith(prefix)}
    assert shipped == import_module("smsops.starter")._SHIPPED
    assert all((ROOT / source).is_file() for source in shipped.values())


def test_the_source_archive_holds_what_the_wheel_and_the_image_are_made_from() -> None:
    kept = set(BUILD["sdist"]["only-include"])
    assert {".github", "templates", ".pre-commit-hooks.yaml", "action.yml", "Dockerfile", ".dockerignore"} <= kept
