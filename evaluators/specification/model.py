"""The fixed model that a challenge names, with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import GetJsonSchemaHandler, ValidationError, ValidationInfo, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from evaluators.learning.models.base import FixedModel
from evaluators.learning.models.registry import MODELS
from evaluators.problems.invalid import refuse
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import suggestion
from evaluators.problems.wording import worded
from evaluators.specification.newness import is_new
from evaluators.specification.table import SpecificationModel

Parameters = dict[str, float | int | str | bool]


class Model(SpecificationModel):
    """The fixed model and its parameters. Each model declares its own, see ``evaluators.learning.models``."""

    name: str
    parameters: Parameters = {}

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> Self:
        refuse(model_problems(self.name, self.parameters, strict=is_new(info)))
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One variant for each model that is registered when the schema is made."""
        described = handler.resolve_ref_schema(handler(schema))
        variants = [_variant(model, handler) for model in MODELS.values()]
        return {"title": described["title"], "description": described["description"], "oneOf": variants}

    @property
    def declared(self) -> type[FixedModel]:
        """What the model is and can do."""
        return MODELS[self.name]

    def untrained(self) -> FixedModel:
        """The model with these parameters, to be trained."""
        return self.declared(**self.parameters)


def model_problems(name: str, parameters: Mapping[str, Any], *, strict: bool = True) -> list[Problem]:
    """What is wrong with a model and its parameters; the fields are ``name`` and ``parameters.NAME``.

    Without ``strict`` a parameter may be written as another type, such as ``"5"`` for 5, as it once could be.
    """
    if name not in MODELS:
        return [Problem(f"there is no model {quoted(name)}.", suggestion(name, MODELS), field="name")]
    try:
        MODELS[name].model_validate(parameters, strict=strict)
    except ValidationError as error:
        return _of_parameters(error, list(MODELS[name].model_fields))
    return []


def _of_parameters(error: ValidationError, names: list[str]) -> list[Problem]:
    found = []
    for item in error.errors():
        name = ".".join(map(str, item["loc"]))
        if item["type"] == "extra_forbidden":
            advice = suggestion(name, names) if names else "Nothing can be set on this model."
            found.append(Problem("the model has no such parameter.", advice, field=f"parameters.{name}"))
        else:
            found.append(Problem(*worded(item), field=f"parameters.{name}"))
    return found


def _variant(model: type[FixedModel], handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    parameters = handler.resolve_ref_schema(handler(model.__pydantic_core_schema__))
    return {
        "title": model.title,
        "description": model.meaning,
        "type": "object",
        "properties": {
            "name": {"const": model.name},
            "parameters": {
                "type": "object",
                "properties": parameters.get("properties", {}),
                "additionalProperties": False,
                "default": {},
            },
        },
        "required": ["name"],
        "additionalProperties": False,
    }
