"""The thread of the sockets: takes connections, and ends those that have had their time."""

from __future__ import annotations

import logging
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from leaderboard.serving.admission import Admission
from leaderboard.serving.channel import Channel
from leaderboard.serving.limits import Limits

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

logger = logging.getLogger(__name__)


def adjustments(limits: Limits, *, threads: int) -> Adjustments:
    """What of ``limits`` waitress holds by itself. The rest is in ``Channel`` and ``Server``."""
    return Adjustments(
        threads=threads,
        ident="",
        # Django reads X-Forwarded-* as far as RATCHET_TRUSTED_PROXIES says, and not at all by default.
        clear_untrusted_proxy_headers=False,
        max_request_header_size=limits.header_bytes,
        max_request_body_size=limits.body_bytes,
        inbuf_overflow=limits.memory_bytes,
        outbuf_overflow=limits.memory_bytes,
        # Whatever is generated goes to disk at once: a thread never waits for a reader. Files are sent as they are.
        outbuf_high_watermark=1 << 40,
        cleanup_interval=1,
        log_socket_errors=False,
    )


class Server(TcpWSGIServer):
    """Serves one listening socket. Those of a process share ``sockets``, ``dispatcher`` and ``admission``."""

    channel_class = Channel
    next_channel_cleanup: float
    accepting: bool

    def __init__(
        self,
        application: Application,
        listener: socket.socket,
        *,
        limits: Limits,
        sockets: dict[int, Any],
        dispatcher: ThreadedTaskDispatcher,
        admission: Admission,
    ) -> None:
        self.limits = limits
        self.admission = admission
        self.is_stuck = False
        super().__init__(
            without_body_for_head(application),
            sockets,
            _sock=listener,
            dispatcher=dispatcher,
            adj=adjustments(limits, threads=0),
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        )

    # --- the calls of waitress

    def readable(self) -> bool:
        now = time.monotonic()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return bool(self.accepting)

    def add_task(self, task: Any) -> None:
        if not (isinstance(task, Channel) and task.hold()):
            super().add_task(task)

    def maintenance(self, now: float) -> None:
        for channel in list(self.active_channels.values()):
            if channel.is_late(now):
                # Not ``will_close``, which waits until the client reads.
                channel.handle_close()
            elif channel.busy is not None and now - channel.busy[0] > self.limits.request_seconds:
                self._say_stuck(*channel.busy)

    def handle_accept(self) -> None:
        before = len(self.active_channels)
        super().handle_accept()
        if len(self.active_channels) > before:
            self._keep_to_limits(list(self.active_channels.values()))

    # --- ours

    def stop_accepting(self) -> None:
        """Leave new clients to other processes, and end connections on which nothing is under way."""
        if self.accepting:
            self.accepting = False
            self.del_channel()
            self.socket.close()
        for channel in list(self.active_channels.values()):
            if channel.waiting_since is not None:
                channel.handle_close()

    def _keep_to_limits(self, channels: list[Channel]) -> None:
        """``channels`` are all, the new one at the end."""
        newest, limits = channels[-1], self.limits
        neighbours = [channel for channel in channels if channel.network == newest.network]
        if 0 < limits.connections_per_address < len(neighbours):
            _end_one(neighbours)
        elif len(channels) > limits.connections:
            _end_one(channels)

    def _say_stuck(self, since: float, thread: int) -> None:
        if not self.is_stuck:
            frame = sys._current_frames().get(thread)
            where = "".join(traceback.format_stack(frame)) if frame else "nowhere"
            logger.error("request stuck seconds=%.0f at:\n%s", time.monotonic() - since, where)
        self.is_stuck = True


def _end_one(channels: list[Channel]) -> None:
    """End the connection that has waited longest for its client; if all are at work, the newest."""
    waiting = [(since, channel) for channel in channels[:-1] if (since := channel.waiting_since) is not None]
    _, ended = min(waiting, key=lambda item: item[0], default=(0.0, channels[-1]))
    ended.handle_close()


def without_body_for_head(application: Application) -> Application:
    """The application with answers to HEAD that have no body, which a server has to see to."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        return []

    return wrapped
