"""The environment in which a score is computed, so that it has the same bits on every machine of a processor family.

OpenBLAS, faiss and NumPy choose their kernels by processor features, and different kernels add in different orders. The
settings below select one level that every x86-64 server of the last ten years supports (AVX2). Libraries read them when
they are loaded, so they must be set before: the sandbox does so for the site, ``__main__`` on the command line.
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
