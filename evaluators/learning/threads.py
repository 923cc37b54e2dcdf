"""One thread: with several, the order in which a product adds its terms could change, and with it the last bits.

The limit only reaches libraries that are loaded. So those that any model declares are loaded here; a scorer's own are
when its function is. Metrics only use NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import faiss
from threadpoolctl import threadpool_limits

from evaluators.learning.models.registry import MODELS

for _library in {name for model in MODELS.values() for name in model.libraries}:
    import_module(_library)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread inside the block. Afterwards faiss keeps one thread; the others have theirs again."""
    with threadpool_limits(limits=1):
        faiss.omp_set_num_threads(1)
        yield
