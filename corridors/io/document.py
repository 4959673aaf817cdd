"""The model of all YAML documents: unknown keys are refused, and ``true`` and ``false`` are no numbers.

Input: a class with fields. Output: the same, as a pydantic model that :mod:`.yaml_files` reads. Pydantic itself would
read ``true`` as 1 wherever a number is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

NUMBERS: Final = ("int", "float")
"""Types of pydantic-core that take a boolean for a number."""


def _refuse_boolean(kind: str) -> Callable[[Any], Any]:
    def number(value: Any) -> Any:
        if isinstance(value, bool):
            raise PydanticKnownError("int_type" if kind == "int" else "float_type")
        return value

    return number


def _without_booleans(schema: Any) -> Any:
    """The schema with a refusal of booleans before each number, but for values that may be either."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_without_booleans, schema))
    if not isinstance(schema, dict) or _takes_booleans(schema):
        return schema
    made = {key: _without_booleans(value) for key, value in schema.items()}
    if schema.get("type") in NUMBERS:
        return core_schema.no_info_before_validator_function(_refuse_boolean(schema["type"]), made)  # type: ignore[arg-type]
    return made


def _takes_booleans(schema: dict[str, Any]) -> bool:
    choices = schema.get("choices", ()) if schema.get("type") == "union" else ()
    return any(isinstance(choice, dict) and choice.get("type") == "bool" for choice in choices)


class Document(BaseModel):
    """A document, or a part of one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        made: CoreSchema = _without_booleans(handler(source))
        return made
