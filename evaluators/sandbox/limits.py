"""What one evaluation may use."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

MAX_RESULT_BYTES = 8 * MEBIBYTE
"""A larger output of the evaluator is refused unread."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one evaluation.

    ``memory_bytes`` bounds what can be written to, and the address space beyond the dataset, which is mapped, not read.
    Processes and threads are one and not a choice: the seccomp filter lets none start another.
    """

    memory_bytes: int = 3 * 1024 * MEBIBYTE
    cpu_seconds: int = 600
    wall_seconds: float = 900
    scratch_bytes: int = 64 * MEBIBYTE
    output_bytes: int = MAX_RESULT_BYTES
    open_files: int = 256
    folder_bytes: int = 8 * 1024 * MEBIBYTE
    """Of the folder that work may leave files in, all together; a single file cannot be larger either."""

    folder_entries: int = 10_000


WORK_LIMITS = Limits(output_bytes=16 * MEBIBYTE)
"""Of work on an organizer's files, which answers with pages of problems and numbers for plots."""
