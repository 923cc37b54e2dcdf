"""In the sandbox without namespaces ``/proc`` is there and can't be read; threadpoolctl only looks whether it is there.

scikit-learn asks it for the loaded libraries. Without ``/proc`` it asks the C library instead, which says the same.
"""

from __future__ import annotations

import threadpoolctl


def look_at_procfs() -> None:
    """Let threadpoolctl use ``/proc`` only if it can be read."""
    try:
        with open("/proc/self/maps", "rb"):
            pass
    except OSError:
        setattr(threadpoolctl, "_HAS_PROCFS", False)  # noqa: B010 - it isn't declared
