"""Acts at the same time, each in a thread with its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection

from evaluators.problems import ProblemsError


def at_once(*actions: Callable[[], object], refusals: tuple[type[Exception], ...] = (ProblemsError,)) -> list[str]:
    """Run the actions in threads that start at the same time; return the outcomes, sorted."""
    start = threading.Barrier(len(actions), timeout=20)
    outcomes: list[str] = []

    def run(action: Callable[[], object]) -> None:
        start.wait()
        try:
            action()
            outcomes.append("done")
        except refusals:
            outcomes.append("refused")
        except PermissionDenied:
            outcomes.append("denied")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def meeting(write: Callable[..., Any], *, seconds: float = 0.5) -> Callable[..., Any]:
    """``write``, before which two threads wait for each other, so that both have read what is there.

    Under a lock the second thread does not come, and the first one goes on alone.
    """
    both = threading.Barrier(2)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            both.wait(seconds)
        return write(*args, **kwargs)

    return wrapped
