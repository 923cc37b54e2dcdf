"""Concurrency: an upload and a score of the same team do not wait for each other."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from challenges.models import Phase
from leaderboard.boards import board
from leaderboard.models import BoardEntry, Submission, User
from leaderboard.submissions import intake
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_an_upload_and_a_score_of_one_team_cannot_block_each_other(
    phase: Phase, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload locks the team and then the phase; the score locks the phase and refers to the team."""
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has no row locks; it lets one transaction write at a time")
    factories.evaluate(factories.submission(phase, user, name="first"), 0.5)
    both_hold = threading.Barrier(2, timeout=20)
    errors: list[Exception] = []
    lock_teams, ranking = intake.lock_teams, board._ranking

    def waits_with_the_team(*args: Any) -> None:
        lock_teams(*args)
        both_hold.wait()

    def waits_with_the_phase(*args: Any) -> Any:
        both_hold.wait()
        return ranking(*args)

    def run(action: Any) -> None:
        try:
            with transaction.atomic():
                # Shorter than PostgreSQL's deadlock time-out, which would otherwise only make the test slow.
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                action()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    def upload() -> None:
        submission = Submission(
            phase=phase, team=team, name="second", client="web", created_by=user, check_report={"lines": []}
        )
        intake._record(submission, factories.uploads(), {}, intake._always, "")

    team = Submission.objects.get().team
    monkeypatch.setattr(intake, "lock_teams", waits_with_the_team)
    monkeypatch.setattr(board, "_ranking", waits_with_the_phase)
    threads = [
        threading.Thread(target=run, args=[upload]),
        threading.Thread(target=run, args=[lambda: board.rewrite_board(phase.pk)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert Submission.objects.count() == 2
    assert BoardEntry.objects.count() == 1
