"""The files of tables, one module for each format; all give the same batches of rows.

A file's ending says which it is:

``.parquet``  columns by name; the embedding is a list of floats.
``.csv``      comma-separated UTF-8 with a header; the embedding is one column with all numbers in a cell, or a column
              for each number: ``NAME0``, ``NAME1``, …
``.npz``      an array for each column, as ``numpy.savez`` writes them.
``.npy``      the embeddings alone; ``ids`` names a file of the other columns, row for row.
"""

from evaluators.tables.base import Batch
from evaluators.tables.reading import batches_of

__all__ = ["Batch", "batches_of"]
