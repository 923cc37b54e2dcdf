"""The lock that guards a phase, its board and its queued work."""

from __future__ import annotations

from challenges.models import Phase


def locked_phase(phase_id: int) -> Phase:
    """The phase, with its row locked until the end of the transaction.

    Take this lock before you change the phase's board or its queued work, and before you lock its submissions: two
    transactions that lock in different orders would deadlock. An upload locks its team's and its challenge's rows
    first; that is safe, because holders of this lock only refer to those rows and never lock them. Other transactions
    can still insert rows that refer to the phase (``FOR NO KEY UPDATE``).
    """
    # No join to the dataset version here. If the board changes its version while PostgreSQL waits for the lock, it
    # re-checks the new row against the old join partner and returns nothing.
    return Phase.objects.select_for_update(no_key=True).get(pk=phase_id)
