"""An organizer's answers in the wizard, from uploaded files to a draft: one model for each step.

Only the roles of the columns have no default. A problem's field begins with the name of the step that fixes it (see
``steps``), then a dot and the field in that step.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, Self

from pydantic import create_model, model_validator

from evaluators.kinds.registry import every_kind, kind_named
from evaluators.material.answers import (
    Answer,
    FilesAnswers,
    KindAnswers,
    ScoringAnswers,
    SplitAnswers,
    TasksAnswers,
    TextsAnswers,
)
from evaluators.problems.problem import quoted

ALWAYS = ("rows", "test")
"""The tables to which files can belong in a draft of any kind."""


class Answers(Answer):
    """The answers of the steps that all kinds share; ``answers_class`` adds a section for each kind.

    Without any answer, everything is taken as the files suggest.
    """

    format: Literal[1] = 1
    kind: KindAnswers = KindAnswers()
    files: FilesAnswers = FilesAnswers()
    tasks: TasksAnswers = TasksAnswers()
    split: SplitAnswers = SplitAnswers()
    scoring: ScoringAnswers = ScoringAnswers()
    texts: TextsAnswers = TextsAnswers()

    @model_validator(mode="after")
    def _steps_agree(self) -> Self:
        known = tables_of(self.kind.kind)
        for name, file in self.files.files.items():
            if file.part not in known:
                raise ValueError(f"files.part: {quoted(name)} is {file.part}; here there are {', '.join(known)}")
        several = len(self.tasks.tasks) > 1 or any(task.positive for task in self.tasks.tasks)
        if several and not kind_named(self.kind.kind).drafting.task_for_each_class:
            able = " or a ".join(kind.name for kind in every_kind() if kind.drafting.task_for_each_class)
            raise ValueError(f"tasks.tasks: several tasks, or one with a positive class, are for a {able}")
        return self

    @property
    def own(self) -> Answer:
        """The answers about the draft's kind."""
        own: Answer = getattr(self, self.kind.kind)
        return own


def answers_class() -> type[Answers]:
    """The answers with a section for each kind: an organizer may change the kind and go back."""
    return _with_sections(tuple((kind.name, kind.drafting.answers) for kind in every_kind()))


def steps() -> tuple[str, ...]:
    """The steps: all fields of the answers except ``format``. A step's page shows the problems that begin with its
    name.
    """
    return tuple(name for name in answers_class().model_fields if name != "format")


def tables_of(kind: str) -> tuple[str, ...]:
    """The tables to which a file can belong in a draft of this kind."""
    return *ALWAYS, *kind_named(kind).drafting.tables


@cache
def _with_sections(sections: tuple[tuple[str, type[Answer]], ...]) -> type[Answers]:
    fields: dict[str, Any] = {name: (answers, answers()) for name, answers in sections}
    return create_model("AnswersOfEveryKind", __base__=Answers, **fields)
