"""The changes of a phase in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from challenges.phases.changes import told
from evaluators.specification import PhaseTerms

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TERMS = PhaseTerms("Round 1", NOW, ends_at=NOW + timedelta(days=10), daily_limit=5, total_limit=20)


def test_what_changes_is_told() -> None:
    changed = replace(TERMS, ends_at=NOW + timedelta(days=11), total_limit=None)
    assert told(changed, TERMS) == [
        "“Round 1” now ends: 2026-03-21 12:00 UTC (before: 2026-03-20 12:00 UTC).",
        "Now any number of submissions in all (before: 20).",
    ]
    assert told(replace(TERMS, time_zone="Europe/Berlin"), TERMS) == []
