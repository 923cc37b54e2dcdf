"""How much room the disks have left, and how much of it is a reserve that nobody's upload may use."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings


def bytes_left(folder: Path) -> int:
    """What may still be written to the disk of ``folder`` until only the reserve is left; negative below it.

    On a small disk the reserve is a twentieth of it.
    """
    disk = shutil.disk_usage(folder)
    return disk.free - min(settings.DISK_RESERVE_BYTES, disk.total // 20)


def full_folders() -> list[str]:
    """The names of the data folder's disks that are below the reserve. A folder that does not exist yet is empty."""
    folders = [settings.DATA_DIR, settings.OBJECTS_DIR, settings.DATASETS_DIR, settings.SCRATCH_DIR]
    return [folder.name for folder in folders if folder.exists() and bytes_left(folder) < 0]
