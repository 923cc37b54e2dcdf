"""Build the data files of the demo challenge *keywords* from a public table.

    python challenges/demo/build_keywords.py FOLDER

FOLDER holds ``keywords_espeak_logmel256_f16.parquet``: words spoken by espeak-ng in three languages (five target words
for each, and other words), with 256 principal components of their log-mel frames, split into training and evaluation.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 2026
BUNDLE = Path(__file__).parent / "keywords"
LANGUAGES = ("en", "pt", "id")
OTHER = "nontarget"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    clips = pq.read_table(parser.parse_args().folder / "keywords_espeak_logmel256_f16.parquet")
    generator = np.random.default_rng(SEED)
    language = np.array(clips["lang"].to_pylist())
    split = np.array(clips["split"].to_pylist())
    for name in LANGUAGES:
        pool = np.flatnonzero((language == name) & (split == "train"))
        test = generator.permutation(np.flatnonzero((language == name) & (split == "eval")))
        write(clips.take(pool), BUNDLE / "public" / f"{name}.parquet", columns=["id", "label", "word", "embedding"])
        write(clips.take(test), BUNDLE / "hidden" / f"{name}.parquet", columns=["id", "label", "embedding"])


def write(clips: pa.Table, path: Path, *, columns: list[str]) -> None:
    labels = [
        word if target else OTHER
        for word, target in zip(clips["word"].to_pylist(), clips["is_target"].to_pylist(), strict=True)
    ]
    table = clips.rename_columns({"clip_id": "id"}).append_column("label", pa.array(labels)).select(columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Dictionary encoding would only take space: these numbers hardly ever repeat.
    pq.write_table(
        table.replace_schema_metadata(None),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=["label", "word"],
    )


if __name__ == "__main__":
    main()
