"""Readers of table files, one module for each format; all of them yield the same batches of rows.

The format is chosen by the file's extension:

``.parquet``  columns by name; the embedding is a list of floats.
``.csv``      comma-separated UTF-8 with a header; the embedding is one column with all numbers in a cell, or one column
              per number: ``NAME0``, ``NAME1``, …
``.npz``      an array for each column, as ``numpy.savez`` writes them.
``.npy``      only the embeddings; ``ids`` names a file with the other columns, row for row.
"""

from evaluators.tables.base import Batch
from evaluators.tables.reading import batches_of

__all__ = ["Batch", "batches_of"]
