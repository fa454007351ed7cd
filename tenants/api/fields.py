"""Turns the schemas of an OpenAPI document into rows of a table for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

FORMATS = {"uuid": "UUID", "date-time": "time", "uri": "address", "binary": "file"}
NULL = {"type": "null"}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: its name with the names of the objects around it, what it holds, and what it means."""

    name: str
    kind: str
    required: bool
    meaning: str


def field_rows(document: Schema, schema: Schema) -> list[FieldRow]:
    """Return the fields of an object, and of the objects inside it; each kind of object is shown once."""
    return list(_rows(document, schema, "", {}))


def resolved(document: Schema, schema: Schema) -> Schema:
    """Return the schema that a reference names; any other schema as it is."""
    reference = schema.get("$ref", "")
    found: Schema = document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema
    return found


def _rows(document: Schema, schema: Schema, before: str, shown: dict[str, str]) -> Iterator[FieldRow]:
    schema = resolved(document, schema)
    for name, field in schema.get("properties", {}).items():
        whole = f"{before}{name}"
        inner = _inner(document, field)
        reference = str(inner.get("$ref", "")) if inner else ""
        kind = f"as {shown[reference]}" if reference in shown else kind_of(document, field)
        yield FieldRow(whole, kind, name in schema.get("required", ()), _meaning(field))
        if inner is not None and reference not in shown:
            is_list = kind.startswith("list")
            shown[reference] = whole
            yield from _rows(document, inner, f"{whole}[]." if is_list else f"{whole}.", shown)


def _meaning(field: Schema) -> str:
    return str(field.get("description", ""))


def _inner(document: Schema, field: Schema) -> Schema | None:
    """Return the object inside a field: the field itself, or the elements of its list."""
    (schema, *_), _nullable = _choices(field)
    if resolved(document, schema).get("type") == "array":
        schema = resolved(document, schema)["items"]
    return schema if "properties" in resolved(document, schema) else None


def _choices(field: Schema) -> tuple[list[Schema], bool]:
    """Return the schemas that a field may have, and whether it may be null."""
    choices = list(field.get("oneOf") or field.get("allOf") or [field])
    kinds = field.get("type")
    nullable = NULL in choices or (isinstance(kinds, list) and "null" in kinds)
    return [choice for choice in choices if choice != NULL], nullable


def kind_of(document: Schema, field: Schema) -> str:
    """Return what a field holds, in words."""
    choices, nullable = _choices(field)
    words = _words(document, resolved(document, choices[0]))
    return f"{words} or null" if nullable else words


def _words(document: Schema, schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(str(value) or "“”" for value in schema["enum"])
    kinds = schema.get("type", "any value")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    match kind:
        case "string":
            most = schema.get("maxLength")
            words = FORMATS.get(schema.get("format", ""), "text")
            return f"{words}, up to {most:,} characters" if most and words == "text" else words
        case "integer" | "number":
            return _number(kind, schema)
        case "array":
            most = schema.get("maxItems")
            items = _words(document, resolved(document, schema["items"]))
            return f"list of {items}" + (f", up to {most:,}" if most else "")
        case "boolean":
            return "true or false"
    return str(kind)


def _number(kind: str, schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None or most is None:
        return kind
    return f"{kind}, {least:,g} to {most:,g}"
