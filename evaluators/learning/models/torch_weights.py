"""The initial weights of a PyTorch network, drawn without PyTorch.

``torch.manual_seed(seed)`` seeds a 32-bit Mersenne Twister exactly as NumPy's legacy ``RandomState(seed)`` does
(Matsumoto and Nishimura 1998, ``init_genrand``), and the CPU generator takes one word per number. The numbers here
equal those of torch 2.13 to the last bit; a test holds checksums of its output.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_WORD = np.dtype("<u4")


class TorchGenerator:
    """PyTorch's default CPU generator after ``manual_seed(seed)``, with ``seed`` below 2³²."""

    def __init__(self, seed: int) -> None:
        self._words = np.random.RandomState(seed)

    def uniform(self, count: int, low: float, high: float) -> NDArray[np.float32]:
        """``tensor.uniform_(low, high)`` for ``count`` float32 numbers.

        The lower 24 bits of a word become a number in [0, 1). torch scales it with one fused multiply-add, which rounds
        only the sum to float32; computing in float64 and then rounding does the same.
        """
        words = np.frombuffer(self._words.bytes(count * _WORD.itemsize), _WORD)
        lowest, highest = np.float32(low), np.float32(high)
        unit = (words & 0xFFFFFF) * 2.0**-24
        stretched: NDArray[np.float64] = unit * np.float64(highest - lowest) + np.float64(lowest)
        return stretched.astype(np.float32)

    def linear(self, inputs: int, outputs: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weight (outputs, inputs) and bias (outputs,) of a new ``nn.Linear(inputs, outputs)``.

        The weight is ``kaiming_uniform_(a=√5)`` (He et al. 2015); both are uniform between ±1/√inputs.
        """
        gain = math.sqrt(2 / (1 + math.sqrt(5) ** 2))
        bound = math.sqrt(3) * (gain / math.sqrt(inputs))
        weight = self.uniform(outputs * inputs, -bound, bound).reshape(outputs, inputs)
        bound = 1 / math.sqrt(inputs)
        return weight, self.uniform(outputs, -bound, bound)
