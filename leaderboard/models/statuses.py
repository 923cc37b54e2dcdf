"""The statuses of a job, their groups, and the allowed steps between them."""

from __future__ import annotations

from django.db.models import TextChoices


class Status(TextChoices):
    """``failed``: what was sent is at fault, and its author is told why. ``errored``: the fault is ours."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    ERRORED = "errored", "Error"
    CANCELLED = "cancelled", "Cancelled"


ACTIVE = frozenset({Status.QUEUED, Status.RUNNING})
FINISHED = frozenset({Status.SUCCEEDED, Status.FAILED, Status.ERRORED, Status.CANCELLED})

REFUNDED = frozenset({Status.ERRORED, Status.CANCELLED})
"""A submission that ends with one of these got no verdict: it does not count against its team's limits."""

STEPS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED, Status.ERRORED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.SUCCEEDED, Status.FAILED, Status.ERRORED, Status.CANCELLED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.ERRORED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""A finished job never changes; doing it again takes a new one. A running job is cancelled when it is superseded."""
