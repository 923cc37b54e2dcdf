"""Kombu's queue in a folder, with messages that appear at once and whole.

Kombu 5.7 creates a message's file and then writes into it. A worker that looks in between reads an empty message, which
ends the worker's process with a ``JSONDecodeError``.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        # A name that no queue reads, on the same file system.
        unfinished = folder / f"{uuid.uuid4()}.part"
        try:
            unfinished.write_bytes(str_to_bytes(dumps(payload)))
            os.replace(unfinished, folder / f"{time.monotonic() * 1000:.0f}_{uuid.uuid4()}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"the message cannot be added to {folder}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError:
            # Written by an earlier version, which may still run beside this one. A message only wakes a worker.
            logger.warning("unreadable message dropped queue=%s", queue)
            raise Empty from None


class Transport(filesystem.Transport):
    Channel = Channel
