"""The states of an evaluation and which steps between them exist, grouped once."""

from __future__ import annotations

from django.db.models import TextChoices


class Status(TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Scored"
    FAILED = "failed", "Failed"
    ERRORED = "errored", "Error"
    CANCELLED = "cancelled", "Cancelled"


ACTIVE = frozenset({Status.QUEUED, Status.RUNNING})
FINISHED = frozenset({Status.SUCCEEDED, Status.FAILED, Status.ERRORED, Status.CANCELLED})

REFUNDED = frozenset({Status.ERRORED, Status.CANCELLED})
"""A submission that ends here was not judged: it does not count against its team's limits."""

STEPS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED, Status.ERRORED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.SUCCEEDED, Status.FAILED, Status.ERRORED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.ERRORED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""A finished evaluation stays as it is; scoring again makes a new one."""
