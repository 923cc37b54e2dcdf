"""The environment in which a score is computed, so that it has the same bits on every machine of a processor family.

OpenBLAS, faiss and NumPy choose their kernels by what the processor offers, and another kernel adds in another order.
The settings below choose one level that every x86-64 server of the last ten years has (AVX2). They are read when the
libraries are loaded, so they are set before: by the sandbox for the site, by ``__main__`` at a shell.
"""

from __future__ import annotations

import platform

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JOBLIB_MULTIPROCESSING": "0",
}

_X86_64 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "FAISS_SIMD_LEVEL": "AVX2",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}

ENVIRONMENT = ONE_THREAD | (_X86_64 if platform.machine() == "x86_64" else {})
