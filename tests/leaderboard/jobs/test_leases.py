"""A lease is kept while its holder works, and a lost one frees the slot."""

from __future__ import annotations

import signal
import threading

import pytest
from django.conf import LazySettings

from evaluators import sandbox
from evaluators.sandbox import SandboxUnavailable, process
from leaderboard.jobs import transitions
from leaderboard.jobs.leases import LeaseKeeper, held_leases
from leaderboard.models import Lane
from tests.live_site import wait_for


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_lost_lease_ends_the_sandbox_of_its_holder(settings: LazySettings) -> None:
    """In the real sandbox: somebody asks anew while the command runs."""
    settings.LEASE = settings.LEASE / 100
    job = transitions.enqueue(kind="toy", lane=Lane.INTERACTIVE, subject="toy:1", actor="ada")
    lease = transitions.claim(job.pk, worker="w")
    assert lease is not None
    ended: list[str] = []
    assert sandbox.availability().ok  # now, so that the sandbox below is that of the command

    def work() -> None:
        with LeaseKeeper(lease):
            try:
                sandbox.work(["self-test"])
            except SandboxUnavailable as error:
                ended.append(str(error))
            else:
                ended.append("too early")

    holder = threading.Thread(target=work)
    holder.start()
    wait_for(lambda: process._running, every=0.001, what="a sandbox")
    for one in tuple(process._running):
        one.send_signal(signal.SIGSTOP)  # so that it cannot end by itself
    assert transitions.supersede("toy:1", actor="ada", reason="asked again")
    holder.join(20)
    assert not holder.is_alive()
    assert ended == ["this worker is being stopped, or its result is no longer wanted."]
    assert held_leases() == []
