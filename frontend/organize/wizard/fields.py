"""Form fields of the organizer's pages: explained choices, short texts, errors next to their field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, Union, cast, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from django import forms
from pydantic.fields import FieldInfo

from evaluators.problems import Problem


class Explained(str):
    """The title of a choice, with a sentence about it."""

    meaning: str

    def __new__(cls, title: str, meaning: str = "") -> Self:
        made = super().__new__(cls, title)
        made.meaning = meaning
        return made


class ExplainedChoice(forms.ChoiceField):
    """One of a few choices, each explained; ``parts/choices.html`` shows them as radio buttons."""

    widget = forms.RadioSelect


class OneOf(ExplainedChoice):
    """One of a few declared values, without words about them; None if it may be empty and is."""

    def __init__(self, values: Iterable[Any], *, is_optional: bool, **options: Any) -> None:
        self.values = {str(value): value for value in values}
        listed = [(name, name) for name in self.values]
        super().__init__(choices=[("", "No answer"), *listed] if is_optional else listed, **options)

    def clean(self, value: Any) -> Any:
        return self.values.get(super().clean(value))


class Percent(forms.FloatField):
    """A fraction between 0 and 1, entered in percent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=99, **options)
        self.widget.attrs |= {"step": "any", "inputmode": "decimal"}

    def prepare_value(self, value: Any) -> Any:
        # After an error the field gets the typed text back; only a stored value is a fraction.
        return f"{value * 100:g}" if isinstance(value, float) else value

    def clean(self, value: Any) -> float | None:
        found: float | None = super().clean(value)
        return None if found is None else round(found / 100, 6)


class Seeds(forms.CharField):
    """Whole numbers separated by commas; None if empty."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int] | None:
        text = super().clean(value)
        parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
        if not parts:
            return None
        if len(parts) > 100 or not all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts):
            raise forms.ValidationError("Seeds are at most 100 whole numbers with commas between, like 0, 1, 2.")
        return [int(part) for part in parts]


class Lines(forms.CharField):
    """One text per line; None if empty."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str] | None:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return lines or None


def declared_field(info: FieldInfo, **options: Any) -> forms.Field:
    """The field for a declared value: a number, a yes or no, a text, lines of texts, or one of a few words.

    Raises:
        TypeError: no field takes values of its type.
    """
    types = _types(info.annotation)
    is_optional = NoneType in types
    types -= {NoneType}
    (kind,) = types if len(types) == 1 else (None,)
    if get_origin(kind) is Literal:
        return OneOf(get_args(kind), is_optional=is_optional, **options)
    if kind is bool and not is_optional:
        return forms.BooleanField(**options | {"required": False})
    if types and types <= {int, float}:
        return _number_field(info, is_whole=kind is int, **options)
    if kind is str:
        longest = next((item.max_length for item in info.metadata if isinstance(item, MaxLen)), None)
        return forms.CharField(max_length=longest, empty_value=cast(str, None) if is_optional else "", **options)
    if kind == list[str]:
        return Lines(**options)
    raise TypeError(f"no field of a form takes {info.annotation}")


def _types(annotation: Any) -> set[Any]:
    """The types of a union, or the type itself, without what is annotated."""
    if get_origin(annotation) is Annotated:
        return _types(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return {found for item in get_args(annotation) for found in _types(item)}
    return {annotation}


def _number_field(info: FieldInfo, *, is_whole: bool, **options: Any) -> forms.IntegerField | forms.FloatField:
    """The field for a declared number, with its bounds.

    A bound that is itself excluded can't be given to the browser; the answers are checked against it all the same.
    """
    lowest: Any = next((item.ge for item in info.metadata if isinstance(item, Ge)), None)
    highest: Any = next((item.le for item in info.metadata if isinstance(item, Le)), None)
    return (forms.IntegerField if is_whole else forms.FloatField)(min_value=lowest, max_value=highest, **options)


class StepForm(forms.Form):
    """The form of a step. ``places`` maps a problem of the answers (``STEP.FIELD``) to the form field that fixes it."""

    places: Mapping[str, str] = {}

    def take_problems(self, problems: Iterable[Problem]) -> list[Problem]:
        """Show problems at their fields; return those without a field in this form."""
        others = []
        for problem in problems:
            field = self.places.get(problem.field or "", "")
            if field in self.fields:
                message = f"{problem.message[:1].upper()}{problem.message[1:]} {problem.remedy}".strip()
                self.add_error(field, message)
            else:
                others.append(problem)
        return others
