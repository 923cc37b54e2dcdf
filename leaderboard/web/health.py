"""``/healthz``: whether every component needed to score a submission is available."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leaderboard.jobs.broker import app
from leaderboard.models import Job, Lane, WorkerHeartbeat
from leaderboard.models.statuses import Status
from leaderboard.storage import object_store
from leaderboard.storage.room import full_folders

PROBE_SECONDS = 3.0
REMEMBERED_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass
class ComponentHealth:
    """``reason`` is a sentence without secrets, since everybody can read it."""

    ok: bool
    reason: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return {"ok": self.ok, **({"reason": self.reason} if self.reason else {}), **self.facts}


def _database() -> ComponentHealth:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ComponentHealth(True, facts={"engine": connection.vendor})


def _store() -> ComponentHealth:
    object_store().probe()
    return ComponentHealth(True)


def _queue() -> ComponentHealth:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=PROBE_SECONDS)
    if settings.CELERY_BROKER_URL.startswith("filesystem:") and not os.access(settings.QUEUE_DIR / "messages", os.W_OK):
        return ComponentHealth(False, "The queue's folder cannot be written.")
    # Background jobs may wait for days, which is not a reason for an alarm.
    waiting = Job.objects.filter(status=Status.QUEUED).exclude(lane=Lane.BACKGROUND).order_by("queued_at")
    oldest = waiting.values_list("queued_at", flat=True).first()
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0
    return ComponentHealth(True, facts={"waiting": waiting.count(), "oldest_seconds": round(seconds)})


def _worker() -> ComponentHealth:
    alive = list(WorkerHeartbeat.objects.alive())
    return ComponentHealth(bool(alive), "" if alive else "No worker has given a sign of life.", {"workers": len(alive)})


def _sandbox() -> ComponentHealth:
    """As reported by the workers, since the sandbox has to work on their hosts."""
    alive = list(WorkerHeartbeat.objects.alive())
    if not alive:
        return ComponentHealth(False, "Not known: no worker has given a sign of life.")
    broken = [heartbeat for heartbeat in alive if not heartbeat.sandbox_ok]
    # A worker without a sandbox does not take work away from the others, but its operator should know.
    reason = broken[0].sandbox_reason or "It does not start." if broken else ""
    in_use = sorted({heartbeat.sandbox_name for heartbeat in alive if heartbeat.sandbox_ok})
    return ComponentHealth(len(broken) < len(alive), reason, {"in_use": in_use} if in_use else {})


def _disk() -> ComponentHealth:
    full = full_folders()
    reason = f"Nearly full: {', '.join(full)}. Large uploads are refused until there is room." if full else ""
    return ComponentHealth(not full, reason)


PROBES: dict[str, Callable[[], ComponentHealth]] = {
    "database": _database,
    "store": _store,
    "disk": _disk,
    "queue": _queue,
    "worker": _worker,
    "sandbox": _sandbox,
}


def examine() -> dict[str, ComponentHealth]:
    """Probe all components in parallel; one that does not answer in time is down."""
    found: dict[str, ComponentHealth] = {}

    def ask(name: str, probe: Callable[[], ComponentHealth]) -> None:
        try:
            found[name] = probe()
        except Exception as error:
            # The text of such errors may contain addresses and user names, so it is only logged.
            logger.error("probe failed part=%s error=%s: %s", name, type(error).__name__, error)
            found[name] = ComponentHealth(False, f"It does not answer ({type(error).__name__}).")
        finally:
            connection.close()

    # Daemon threads: a probe that hangs must not prevent the process from ending.
    threads = [threading.Thread(target=ask, args=item, daemon=True) for item in PROBES.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PROBE_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = ComponentHealth(False, f"It did not answer within {PROBE_SECONDS:.0f} seconds.")
    answers = dict(found)
    return {name: answers.get(name, late) for name in PROBES}


_lock = threading.Lock()
_last: tuple[float, dict[str, ComponentHealth]] | None = None


def remembered() -> dict[str, ComponentHealth]:
    """The last answer if it is recent enough: frequent requests must not load the components."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > REMEMBERED_SECONDS:
            parts = examine()
            # Take the time after probing, so that a slow answer is also valid for requests that waited for the lock.
            _last = (time.monotonic(), parts)
        return _last[1]


def forget() -> None:
    global _last
    with _lock:
        _last = None


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    parts = remembered()
    down = [name for name, part in parts.items() if not part.ok]
    body = {"status": "down" if down else "ok", "down": down, "parts": {n: part.as_dict() for n, part in parts.items()}}
    return JsonResponse(body, status=503 if down else 200)
