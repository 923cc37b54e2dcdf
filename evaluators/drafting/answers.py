"""An organizer's answers in the wizard, from uploaded files to a draft: one model for each step.

Only the roles of the columns have no default. A problem's field begins with the name of the step that fixes it (see
``STEPS``), then a dot and the field in that step.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from evaluators.kinds.acquisition.answers import AcquisitionAnswers
from evaluators.kinds.cleaning.answers import CleaningAnswers
from evaluators.kinds.selection.answers import SelectionAnswers
from evaluators.material.answers import (
    DRAFT_TABLES,
    Answer,
    FilesAnswers,
    KindAnswers,
    ScoringAnswers,
    SplitAnswers,
    TasksAnswers,
    TextsAnswers,
)
from evaluators.problems.problem import quoted

STEPS = ("kind", "files", "tasks", "split", "selection", "cleaning", "acquisition", "scoring", "texts")
"""The steps: all fields of ``Answers`` except ``format``. A step's page shows the problems that begin with its name."""


class Answers(Answer):
    """All answers, by step. ``Answers()`` is valid: everything is taken as the files suggest."""

    format: Literal[1] = 1
    kind: KindAnswers = KindAnswers()
    files: FilesAnswers = FilesAnswers()
    tasks: TasksAnswers = TasksAnswers()
    split: SplitAnswers = SplitAnswers()
    selection: SelectionAnswers = SelectionAnswers()
    cleaning: CleaningAnswers = CleaningAnswers()
    acquisition: AcquisitionAnswers = AcquisitionAnswers()
    scoring: ScoringAnswers = ScoringAnswers()
    texts: TextsAnswers = TextsAnswers()

    @model_validator(mode="after")
    def _steps_agree(self) -> Self:
        kind = self.kind.kind
        for name, file in self.files.files.items():
            if file.part not in DRAFT_TABLES[kind]:
                raise ValueError(
                    f"files.part: {quoted(name)} is {file.part}; here there are {', '.join(DRAFT_TABLES[kind])}"
                )
        if kind != "selection" and (len(self.tasks.tasks) > 1 or any(task.positive for task in self.tasks.tasks)):
            raise ValueError("tasks.tasks: several tasks, or one with a positive class, are for a selection")
        return self
