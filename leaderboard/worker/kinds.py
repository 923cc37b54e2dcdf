"""Every kind of job that a worker can do."""

from __future__ import annotations

from leaderboard.boards.advancing import ADVANCE_BOARD
from leaderboard.evaluations.attempt import EVALUATION
from leaderboard.jobs.kinds import JobKind
from leaderboard.notifications.digest import SEND_DIGESTS
from leaderboard.organizing.bundles import CHECK_BUNDLE
from leaderboard.organizing.drafting import BUILD_DATA, DESCRIBE_FILES
from leaderboard.organizing.dryrun import MAKE_BASELINE, MEASURE_READINESS
from leaderboard.previews.reading import READ_ROWS
from leaderboard.worker.housekeeping import SWEEP_STORE

KINDS: dict[str, JobKind] = {
    kind.name: kind
    for kind in (
        EVALUATION,
        DESCRIBE_FILES,
        BUILD_DATA,
        MAKE_BASELINE,
        MEASURE_READINESS,
        CHECK_BUNDLE,
        READ_ROWS,
        ADVANCE_BOARD,
        SEND_DIGESTS,
        SWEEP_STORE,
    )
}
