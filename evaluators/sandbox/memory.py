"""The memory that new processes can get."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
"""Inside a container, the container's own group."""


def available_bytes() -> int:
    """The kernel's estimate for the host, or what is left of this container's limit if that is less, in bytes."""
    return min(_of_host(Path("/proc/meminfo")), _of_container(_CGROUP))


def _of_host(meminfo: Path) -> int:
    lines = (line.split() for line in meminfo.read_text().splitlines())
    return next(int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:")


def _of_container(group: Path) -> int:
    """Like the kernel for a host, count file pages that were not used lately as available."""
    # No second version of cgroups, or no limit ("max").
    with suppress(OSError, ValueError):
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        found = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return limit - used + int(found.get("inactive_file", 0))
    return 2**63
