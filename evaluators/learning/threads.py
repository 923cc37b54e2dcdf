"""One thread: with several, the order in which a product adds its terms could change, and with it the last bits.

The limit only reaches libraries that are loaded. So whatever a model or a metric may import is loaded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import sklearn.linear_model
import sklearn.svm  # noqa: F401 - so that the limit reaches it
from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread inside the block. Afterwards faiss keeps one thread; the others have theirs again."""
    with threadpool_limits(limits=1):
        faiss.omp_set_num_threads(1)
        yield
