"""The corpus of wrong, hostile and valid bundles, with the verdict declared for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parent
BUNDLES = FOLDER / "bundles"


@dataclass(frozen=True)
class BundleCase:
    bundle: str
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        return (BUNDLES / self.bundle).read_bytes()

    def at(self, folder: Path) -> Path:
        """The archive in ``folder``, under the name that all of them are sent with."""
        path = folder / "bundle.zip"
        path.write_bytes(self.content)
        return path

    def __str__(self) -> str:
        return self.bundle.removesuffix(".zip")


CASES = [
    BundleCase(item["bundle"], tuple(item.get("accepted", ())), tuple(item.get("refused", ())))
    for item in YAML(typ="safe", pure=True).load((FOLDER / "verdicts-bundles.yaml").read_text("utf-8"))
]

every_bundle = pytest.mark.parametrize("case", CASES, ids=str)
