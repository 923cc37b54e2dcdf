"""The wizard's questions about a kind are made from its declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import pytest
from django import forms
from pydantic import Field

from evaluators.kinds import Kind, every_kind, kind_named
from evaluators.material.answers import Answer
from frontend.organize.wizard.asking import own_fields
from frontend.organize.wizard.declared import parameter_fields
from frontend.organize.wizard.fields import ExplainedChoice, Lines, OneOf, Percent
from frontend.organize.wizard.files import AboutForm
from tests.toys.nearest_mean import NearestMean

EVERY = pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)


def sent(field: forms.Field) -> Any:
    """What a browser sends for the field as it is preset."""
    return "" if field.initial is None else field.prepare_value(field.initial)


@EVERY
def test_what_a_form_presets_is_the_default_of_the_answers(kind: Kind) -> None:
    clean = {name: field.clean(sent(field)) for name, field in own_fields(kind).items()}
    given = {name: value for name, value in clean.items() if value not in (None, "")}
    assert kind.drafting.answers.model_validate(given) == kind.drafting.answers()


@EVERY
def test_every_option_is_an_answer(kind: Kind) -> None:
    for name, field in own_fields(kind).items():
        for value, title in getattr(field, "choices", []):
            assert getattr(kind.drafting.answers.model_validate({name: value or None}), name) == (value or None)
            assert title


@EVERY
def test_every_question_has_words(kind: Kind) -> None:
    for name, field in own_fields(kind).items():
        assert field.label, name
        assert field.help_text or name in ("rate", "noise_seed") or hasattr(field, "choices"), name


def test_words_are_those_of_the_specification_unless_the_answer_has_its_own() -> None:
    kind = kind_named("selection")
    fields, specification = own_fields(kind), kind.specification.model_fields
    assert fields["budget"].label == specification["budget"].title
    assert fields["budget"].help_text == (
        f"{specification['budget'].description} Empty: a number that leaves room to be better than chance."
    )
    assert fields["examples_each"].label == "Labelled examples of each class"


def test_each_answer_has_a_field_of_its_kind() -> None:
    fields = own_fields(kind_named("cleaning"))
    assert {name: type(fields[name]) for name in ("action", "noise", "pattern", "rate", "budget")} == {
        "action": ExplainedChoice,
        "noise": ExplainedChoice,
        "pattern": forms.ChoiceField,
        "rate": Percent,
        "budget": forms.IntegerField,
    }
    assert [value for value, _ in fields["pattern"].choices] == ["uniform", "similar"]
    assert [name for name, field in fields.items() if field.required] == [
        *("action", "rate", "pattern", "noise_seed", "validation_rows"),
    ]
    assert (fields["budget"].min_value, fields["budget"].max_value) == (1, 10_000)


class Answers(Answer):
    """Answers of every type, without a word on how they are asked for."""

    side: Literal["left", "right"] = "left"
    hint: Literal["weak", "strong"] | None = None
    level: Literal[1, 2] = 1
    note: str = Field(default="", max_length=20)
    source: str | None = None
    words: list[str] | None = None
    rows: Annotated[int, Field(ge=1)] | None = None
    share: float | int = 0.5
    exact: bool = False


def declared(asked: tuple[str, ...]) -> Kind:
    kind = kind_named("selection")
    return replace(kind, drafting=replace(kind.drafting, answers=Answers, asked=asked))


def test_a_type_that_is_declared_alone_has_its_field() -> None:
    fields = own_fields(declared(tuple(Answers.model_fields)))
    assert {name: type(field) for name, field in fields.items()} == {
        "side": OneOf,
        "hint": OneOf,
        "level": OneOf,
        "note": forms.CharField,
        "source": forms.CharField,
        "words": Lines,
        "rows": forms.IntegerField,
        "share": forms.FloatField,
        "exact": forms.BooleanField,
    }
    sent = {"side": "right", "hint": "weak", "level": "2", "note": "A note", "source": "", "words": "a\nb"}
    sent |= {"rows": "3", "share": "0.25", "exact": "on"}
    clean = {name: field.clean(sent[name]) for name, field in fields.items()}
    assert Answers.model_validate(clean).model_dump() == {
        **{"side": "right", "hint": "weak", "level": 2, "note": "A note", "source": None, "words": ["a", "b"]},
        **{"rows": 3, "share": 0.25, "exact": True},
    }
    assert fields["note"].max_length == 20
    assert [name for name, field in fields.items() if field.required] == ["side", "level", "share"]


def test_a_type_that_no_form_can_ask_for_is_refused() -> None:
    class Odd(Answers):
        confusion: dict[str, float] = {}

    kind = declared(("confusion",))
    with pytest.raises(TypeError, match="dict"):
        own_fields(replace(kind, drafting=replace(kind.drafting, answers=Odd)))


def test_a_models_parameter_may_be_a_text_or_empty() -> None:
    class Named(NearestMean):
        encoder: str = Field(default="raw", title="Encoder", description="What is compared.")
        depth: int | None = Field(default=None, title="Depth", description="Empty: as deep as it goes.")

    fields = dict(parameter_fields(Named))
    assert type(fields["nearest-mean-encoder"]) is forms.CharField
    assert type(fields["nearest-mean-depth"]) is forms.IntegerField
    assert fields["nearest-mean-depth"].help_text == "Empty: as deep as it goes."


def test_a_kinds_meaning_keeps_its_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = replace(kind_named("selection"), meaning="find DNA in MNIST")
    monkeypatch.setattr("frontend.organize.wizard.files.every_kind", lambda: [kind])
    ((_, shown),) = AboutForm().fields["kind"].choices
    assert shown.meaning.startswith("Find DNA in MNIST. ")
