"""A few lines of a submission as they would look, made from what a challenge asks for."""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.specification import Specification

IDS = ("ID-OF-A-ROW", "ID-OF-ANOTHER")


@dataclass(frozen=True, slots=True)
class Example:
    """``separate`` has one file for each task, ``together`` is one file for all; with one task they are the same."""

    separate_name: str
    separate: str
    together: str


def example_lines(specification: Specification) -> Example:
    columns = specification.columns
    separate = [",".join(columns)]
    together = ["task," + ",".join(columns)]
    first = specification.tasks[0]
    separate += [",".join(_cells(specification, first.name, number)) for number in range(len(IDS))]
    for task in specification.tasks[:3]:
        together += [",".join([task.name, *_cells(specification, task.name, number)]) for number in range(len(IDS))]
    return Example(
        f"{first.name}.csv", "\n".join(separate), "\n".join(together) if len(specification.tasks) > 1 else ""
    )


def _cells(specification: Specification, task_name: str, number: int) -> list[str]:
    if specification.labels == "known":
        return [IDS[number]]
    task = next(task for task in specification.tasks if task.name == task_name)
    classes = specification.classes_of(task)
    return [IDS[number], classes[number % len(classes)]]
