"""The wizard's questions about a kind are made from its declaration."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from evaluators.kinds import Kind, every_kind, kind_named
from frontend.organize.wizard.asking import own_fields
from frontend.organize.wizard.fields import ExplainedChoice, Percent

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
