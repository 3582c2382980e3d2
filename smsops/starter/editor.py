"""What makes an editor know the files: `.vscode`, at the root of the repository, which is the folder that people open.

Every file that smsops writes names its schema in its first line, which is enough for any editor. These files are for
those that people begin by hand, and recommend the extension that reads schemas.
"""

from __future__ import annotations

import json
import posixpath

from smsops.starter import Place

_EXTENSION = "redhat.vscode-yaml"


def editor(place: Place) -> dict[str, str]:
    """Files by their path from the root of the repository, for the project at this place."""
    channels = _below(place, place.channels)
    schemas = {
        _below(place, "schemas/channel.schema.json"): [f"{channels}/**/*.yaml", f"{channels}/**/*.yml"],
        _below(place, "schemas/project.schema.json"): [_below(place, "smsops.yaml")],
    }
    return {
        ".vscode/settings.json": _json({"yaml.schemas": schemas}),
        ".vscode/extensions.json": _json({"recommendations": [_EXTENSION]}),
    }


def _below(place: Place, path: str) -> str:
    return posixpath.normpath(posixpath.join(place.folder, path))


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
