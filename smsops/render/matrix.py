"""The jobs that share one plan, for people and for a job matrix."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smsops.render.documents import document
from smsops.render.plain import counted, table
from smsops.render.report import Report
from smsops.sharding import Shard


def matrix_text(shards: Sequence[Shard], *, color: bool) -> str:
    rows = [(job["shard"], str(job["requests"]), job["accounts"]) for job in jobs(shards)]
    return table(("SHARD", "REQUESTS", "ACCOUNTS"), rows, color=color)


def jobs(shards: Sequence[Shard]) -> list[dict[str, Any]]:
    """One job a shard: plain values only, since a job matrix takes no others."""
    return [
        {
            "shard": f"{index}/{len(shards)}",
            "accounts": " ".join(piece.account for piece in shard),
            "requests": sum(piece.weight for piece in shard),
        }
        for index, shard in enumerate(shards, 1)
    ]


def matrix_json(shards: Sequence[Shard], *, color: bool) -> str:
    return document(include=jobs(shards))


def matrix_report(shards: Sequence[Shard]) -> Report:
    """The step's output `matrix` is what `strategy.matrix` takes."""
    text = matrix_text(shards, color=False)
    return Report(
        command="matrix",
        result="planned",
        text=text,
        markdown=f"The plan is shared by {counted(len(shards), 'job')}.\n",
        outputs={"matrix": json.dumps({"include": jobs(shards)})},
    )


MATRIX: Mapping[str, Callable[..., Any]] = {"text": matrix_text, "json": matrix_json, "github": matrix_report}
