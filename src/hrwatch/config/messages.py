"""What pydantic complains of, in words for the operator: what is wrong, what is expected, a guess.

Values are repeated only by the checks of `values` and `names`, which know what may be repeated.
"""

import re
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hrwatch.config.names import quoted
from hrwatch.config.tree import Document, Path
from hrwatch.errors import Mistake
from hrwatch.text import clean_line, closest

_SECRETS = ("password", "passwd", "secret", "token", "credential", "api_key", "login")
_OF_PEOPLE = ("feeds", "subscribers")  # lists of mappings; what stands there may be an address
_EXPECTED = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
}
# What a list or mapping of that name is written like.
_WRITTEN = {
    "feeds": "begin each with `- name: …`, and write its `url: …` below",
    "subscribers": "begin each with `- name: …`, and write its `address: …` below",
    "exclude": "write {countries: [BY]}",
    "terms": "write {en: [water cannon*]}",
    "weak": "write {en: [water cannon*]}",
    "near": "write {en: [police ~5 beat*]}",
    "need_near": "write {term: [word]}",
    "keywords": "write one keyword below the other, such as `water-cannon:`",
}
_DEPTHS = {"keywords": 1}  # below, a keyword's own keys stand
_EVERYTHING = ("all", "any", "none", "every", "*")
_GLUED = re.compile(r"[a-z_]+:(?!//)\S")
_FILLING = {
    "list_type": ", such as [a, b], or one `- a` on each line",
    "model_type": ", one `key: value` on each line",
    "dict_type": ", one `key: value` on each line",
}


def mistakes(error: ValidationError, shape: type[BaseModel], document: Document) -> list[Mistake]:
    """Given what pydantic found in the tree of `document`, return it as mistakes with places."""
    found = []
    for details in error.errors(include_url=False):
        location, of_key = _location(details)
        text = _text(details, location, shape, document)
        mistake = document.mistake(location, text, at_key=of_key)
        if mistake is not None:
            found.append(mistake)
    return found


def _location(details: ErrorDetails) -> tuple[Path, bool]:
    """Return the path, and whether the key itself is meant."""
    location = details["loc"]
    if location and location[-1] == "[key]":
        return location[:-1], True
    return location, details["type"] == "extra_forbidden"


def _text(details: ErrorDetails, location: Path, shape: type[BaseModel], document: Document) -> str:
    context = details.get("ctx", {})
    name = str(location[-1]) if location else ""
    example = _example(shape, location)
    match details["type"]:
        case "value_error":
            text = str(context["error"])
        case "extra_forbidden":
            text = _unknown(name, _model_at(shape, location[:-1]))
        case "missing":
            text = f"is missing; add `{name}: {example}`"
        case "literal_error":
            text = _choice(context["expected"], _value(document, location))
        case "greater_than_equal":
            text = f"must be at least {context['ge']}"
        case "less_than_equal":
            text = f"must be at most {context['le']}"
        case kind:
            text = _wrong_type(kind, location, _value(document, location), example)
    return text


def _wrong_type(kind: str, location: Path, value: object, example: str) -> str:
    expected = _EXPECTED.get(kind, "is not what is expected here")
    such = f", such as {example}" if example else _FILLING.get(kind, "")
    if value is None:
        return f"has no value; it {expected}{such}, or remove the line"
    if not location:
        return "must hold keys such as `feeds:` and `subscribers:`, each on a line of its own"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f"{expected}; put quotes around it"
    if isinstance(value, str) and (hint := _slip(kind, location, value)):
        return f"{expected}{hint}"
    # A member of a list is written like what its list is called.
    name = next((step for step in reversed(location) if isinstance(step, str)), "")
    if kind in _FILLING and name in _WRITTEN and len(location) <= _DEPTHS.get(name, len(location)):
        return f"{expected}; {_WRITTEN[name]}"
    return f"{expected}{such}"


def _slip(kind: str, location: Path, value: str) -> str:
    """Return what somebody who wrote the text `value` most likely wants to know."""
    if kind == "bool_type" and value.lower() in ("true", "false"):
        return ", without quotes"
    if kind == "list_type" and value.lower() in _EVERYTHING:
        return "; to ask for everything, leave the line out"
    if kind == "list_type" and location[-1] not in _OF_PEOPLE:
        return f"; write [{clean_line(value, 60)}]"
    if kind in _FILLING and _GLUED.match(value):
        return "; put a space behind each `:`"
    return ""


def _unknown(name: str, model: type[BaseModel] | None) -> str:
    known = [field.alias or key for key, field in model.model_fields.items()] if model else []
    guess = closest(name, known)
    secret = any(word in name.lower() for word in _SECRETS)
    if secret and guess:
        return f"unknown key; this file keeps no secrets; {guess} names a file with it"
    if secret:
        return "unknown key; this file keeps no secrets"
    if guess:
        return f"unknown key; did you mean {guess}?"
    return f"unknown key; the keys here are {', '.join(known)}"


def _choice(expected: str, value: object) -> str:
    choices = expected.replace("'", "")
    if not isinstance(value, str):
        return f"must be {choices}"
    guess = closest(value, choices.replace(" or ", ", ").split(", "))
    return f"{quoted(value)} is not among {choices}" + (f"; did you mean {guess}?" if guess else "")


def _value(document: Document, location: Path) -> object:
    node = document.root
    for step in location:
        child = node.child(step)
        if child is None:
            return None
        node = child
    return node.plain()


def _example(shape: type[BaseModel], location: Path) -> str:
    if not location or not isinstance(location[-1], str):
        return ""
    model = _model_at(shape, location[:-1])
    for key, field in (model.model_fields if model else {}).items():
        if location[-1] in (key, field.alias) and field.examples:
            return str(field.examples[0])
    return ""


def _model_at(shape: type[BaseModel], location: Path) -> type[BaseModel] | None:
    """Return the model that judges what stands at `location`, or None where it is no mapping."""
    model: type[BaseModel] | None = shape
    for step in location:
        if model is None:
            return None
        if isinstance(step, int):
            continue
        annotation = _annotation(model, step)
        model = _inner_model(annotation)
    return model


def _annotation(model: type[BaseModel], step: str) -> Any:
    for key, field in model.model_fields.items():
        if step in (key, field.alias):
            return field.annotation
    extra = model.__annotations__.get("__pydantic_extra__")
    return get_args(extra)[1] if extra else None


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
