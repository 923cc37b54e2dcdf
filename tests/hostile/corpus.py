"""The corpus of wrong, hostile and merely unusual uploads, with the verdict declared for each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from evaluators.bundles.importers import speech_selection, vision_cleaning, vision_selection
from evaluators.submissions import Upload
from tests.bundles import write_bundle
from tests.cleanings import write_cleaning, write_debugging
from tests.dataperf_selection import write_speech, write_vision
from tests.markets import reference_market, write_market

FOLDER = Path(__file__).resolve().parent
UPLOADS = FOLDER / "uploads"

CHALLENGES: dict[str, Callable[[Path], Path]] = {
    "things": lambda folder: write_bundle(folder, labels="submitted", slug="things"),
    "fruit": lambda folder: write_bundle(folder, labels="known", slug="fruit"),
    "vision": lambda folder: imported(folder, vision_selection, write_vision, slug="vision", scorer="corrected"),
    "vision-2023": lambda folder: imported(folder, vision_selection, write_vision, slug="vision-2023"),
    "vision-online": lambda folder: online(folder, vision_selection, write_vision, "online_f1"),
    "speech": lambda folder: imported(folder, speech_selection, write_languages, slug="speech", scorer="corrected"),
    "speech-2023": lambda folder: imported(folder, speech_selection, write_languages, slug="speech-2023"),
    "speech-online": lambda folder: online(
        folder, speech_selection, write_languages, "online_balanced_accuracy", seeds=[42]
    ),
    "ranking": lambda folder: write_cleaning(folder, slug="ranking", partial=True),
    "ranking-2023": lambda folder: imported(folder, vision_cleaning, write_debugging, slug="ranking-2023"),
    "ranking-online": lambda folder: online(folder, vision_cleaning, write_debugging, "online_fraction_fixes"),
    "mending": lambda folder: write_cleaning(folder, slug="mending", action="relabel", partial=True),
    "market": lambda folder: write_market(folder, slug="market"),
    "market-2023": lambda folder: write_market(folder, **reference_market(slug="market-2023")),
    "market-online": lambda folder: write_market(
        folder, **reference_market(slug="market-online", scorer="online", metric="online_accuracy", seeds=[0])
    ),
}
"""By slug, how to write the bundle of each of the corpus's challenges into a new folder."""


def imported(
    folder: Path,
    importer: Any,
    write_source: Callable[[Path], Path],
    *,
    slug: str,
    scorer: str = "reference",
    **more: Any,
) -> Path:
    """The bundle of a published challenge, with another slug and scorer, and perhaps ``more`` that is other."""
    importer.import_bundle(write_source(folder.with_name(f"{slug}-source")), folder)
    path = folder / "challenge.yaml"
    content = YAML(typ="safe", pure=True).load(path)
    path.write_text(json.dumps(content | {"slug": slug, "scorer": scorer} | more))
    return folder


def online(folder: Path, importer: Any, write_source: Callable[[Path], Path], metric: str, **more: Any) -> Path:
    """The bundle of a published challenge, scored as on DataPerf's site."""
    return imported(folder, importer, write_source, slug=folder.name, scorer="online", metric=metric, **more)


def write_languages(folder: Path) -> Path:
    return write_speech(folder, languages=("en", "pt"))


@dataclass(frozen=True)
class Case:
    challenge: str
    send: tuple[tuple[str, str], ...]
    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    score: float | None = None

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
        **item,  # any other key is an error
    )


CASES = [
    _case(item)
    for path in sorted(FOLDER.glob("verdicts*.yaml"))
    if path.name != "verdicts-bundles.yaml"
    for item in YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
]

every_case = pytest.mark.parametrize("case", CASES, ids=str)
