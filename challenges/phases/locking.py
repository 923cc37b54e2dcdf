"""The lock under which a phase, its board and what waits for it change."""

from __future__ import annotations

from challenges.models import Phase


def locked_phase(phase_id: int) -> Phase:
    """The phase with its row locked to the end of the transaction: whatever changes its board or what it waits for.

    The lock is one that lets others refer to the row, and it comes before those of submissions: two that took them
    in different orders would wait for each other for ever. A team's row, which an upload holds before, is only
    referred to by those that hold this lock.
    """
    # Without the data joined to it: PostgreSQL, having waited for the row, would look for the new row's data among what
    # the query found before, and find nothing where the board changed its version meanwhile.
    return Phase.objects.select_for_update(no_key=True).get(pk=phase_id)
