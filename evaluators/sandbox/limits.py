"""The resources that one evaluation may use."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

MAX_RESULT_BYTES = 8 * MEBIBYTE
"""A larger result of the evaluator is refused unread."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one evaluation.

    ``memory_bytes`` limits writable memory, and the address space beyond the dataset, which is memory-mapped. The
    number of processes and threads isn't configurable: the seccomp filter prevents the first one from starting another.
    """

    memory_bytes: int = 3 * 1024 * MEBIBYTE
    cpu_seconds: int = 600
    wall_seconds: float = 900
    output_bytes: int = MAX_RESULT_BYTES
    open_files: int = 256
    folder_bytes: int = 8 * 1024 * MEBIBYTE
    """Total size of the folder in which work may leave files; a single file can't be larger either."""

    folder_entries: int = 10_000
    disk_bytes: int = 1024 * MEBIBYTE
    """What stays free on the disk of that folder, or a twentieth of a small one: files without a name fill it too."""


WORK_LIMITS = Limits(output_bytes=16 * MEBIBYTE)
"""Limits of work on an organizer's files, whose output is long lists of problems and numbers for plots."""
