"""The corpus of wrong, hostile and merely unusual uploads, with the verdict declared for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from evaluators.uploads import Upload

FOLDER = Path(__file__).resolve().parent
UPLOADS = FOLDER / "uploads"

LABELS = {"things": "submitted", "fruit": "known"}
"""The challenges of the corpus and, for ``write_bundle``, where their labels come from."""


@dataclass(frozen=True)
class Case:
    challenge: str
    send: tuple[tuple[str, str], ...]
    accepted: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def uploads(self) -> list[Upload]:
        return [Upload(name, (UPLOADS / file).read_bytes()) for name, file in self.send]

    @property
    def message(self) -> str:
        return "\n".join(self.refused)

    def __str__(self) -> str:
        return "+".join(
            file if name in (file, "things.csv") else f"{file} as {name[:20]!a}" for name, file in self.send
        )


def _case(item: dict[str, Any]) -> Case:
    send = tuple((name, file) for name, file in item.pop("send"))
    return Case(
        challenge=item.pop("challenge"),
        send=send,
        accepted=tuple(item.pop("accepted", ())),
        refused=tuple(item.pop("refused", ())),
        **item,  # a key that is none of these is an error
    )


CASES = [_case(item) for item in YAML(typ="safe", pure=True).load((FOLDER / "verdicts.yaml").read_text("utf-8"))]

every_case = pytest.mark.parametrize("case", CASES, ids=str)
