"""Twilio's published OpenAPI description as a judge of requests and answers.

`SMSOPS_TWILIO_OAI` names the folder with `twilio_messaging_v1.json` and `twilio_api_v2010.json`. Where the description
and what Twilio really does are known to differ, a tolerance is named below, one by one, with its reason; everything
else that differs is a failure. Beyond the description, answers must be complete and carry nothing unknown.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

VARIABLE = "SMSOPS_TWILIO_OAI"
FILES = {"/v1/": "twilio_messaging_v1.json", "/2010-04-01/": "twilio_api_v2010.json"}

EMPTY_STRING_KEYS = frozenset(
    {"sms_application_sid", "voice_application_sid", "sms_url", "sms_fallback_url", "status_callback"}
)
"""Core API only, '' against pattern and format: the description's own example has them so (twilio.md 1.5)."""

OPTIONAL_KEYS = frozenset({"business_registration_authority", "business_type", "vetting_provider"})
"""May be absent: enumerations of an unfinished registration, whose null is not described (twilio-oai issue 94)."""

ONE_OF_SCHEMAS = frozenset({"messaging.v1.service.us_app_to_person_response"})
"""`oneOf` two schemas of which one contains the other, so that both always match: read as `anyOf`."""

CLEARING = frozenset({"uri"})
"""Formats of request parameters that may be empty: '' clears a URL (twilio.md 2.2)."""

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _iso(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value))


@_FORMATS.checks("date-time-rfc-2822", raises=(ValueError, TypeError))
def _rfc(value: object) -> bool:
    return not isinstance(value, str) or parsedate_to_datetime(value) is not None


@_FORMATS.checks("uri", raises=ValueError)
def _uri(value: object) -> bool:
    """Absolute, or relative as the core API's page links are, although the description calls them URIs too."""
    return (
        not isinstance(value, str) or value.startswith("/") or bool(urlsplit(value).scheme and urlsplit(value).netloc)
    )


@_FORMATS.checks("phone-number", raises=ValueError)
def _number(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"\+[1-9][0-9]{6,14}", value))


class Mismatch(AssertionError):
    """A request or an answer that the description does not allow."""


def available() -> bool:
    """Whether the description is at hand."""
    folder = os.environ.get(VARIABLE)
    return folder is not None and all((Path(folder) / name).is_file() for name in FILES.values())


def check_request(method: str, path: str, params: Mapping[str, str]) -> None:
    """Hold a request to the description: known path and method, known parameters, right values, nothing missing.

    `params` are the query of a GET and DELETE, the form of a POST. Raises Mismatch.
    """
    document, template, operation = _operation(method, path)
    where = f"{method} {template}"
    for name, value, schema in _path_parameters(document, template, operation, path):
        _judge(document, schema, value, f"{where}: {name}")
    known, required = _parameters(document, method, operation)
    unknown = params.keys() - known.keys()
    if unknown:
        raise Mismatch(f"{where} has no parameter {', '.join(sorted(unknown))}.")
    absent = required - params.keys()
    if absent:
        raise Mismatch(f"{where} lacks {', '.join(sorted(absent))}.")
    for name, text in params.items():
        schema = _resolved(document, known[name])
        if text == "" and schema.get("format") in CLEARING:
            continue
        _judge(document, known[name], _typed(schema, text), f"{where}: {name}")


def check_response(method: str, path: str, status: int, body: bytes | str) -> None:
    """Hold a successful answer to the description, and require it to be complete. Raises Mismatch.

    Error answers are not described; their shape is checked against twilio.md 4.2.
    """
    document, template, operation = _operation(method, path)
    where = f"{method} {template} {status}"
    if status >= 400:
        _judge_error(where, status, json.loads(body))
        return
    described = operation["responses"].get(str(status))
    if described is None:
        raise Mismatch(f"{where}: the description knows only {', '.join(operation['responses'])}.")
    content = described.get("content", {}).get("application/json")
    if content is None:
        if body:
            raise Mismatch(f"{where}: the body must be empty.")
        return
    value = json.loads(body)
    _judge(document, content["schema"], value, where)
    _judge_whole(document, content["schema"], value, where)


def _judge_error(where: str, status: int, body: Any) -> None:
    if not isinstance(body, dict) or not {"code", "message", "more_info", "status"} <= body.keys():
        raise Mismatch(f"{where}: an error has code, message, more_info and status.")
    if body["status"] != status or not isinstance(body["code"], int) or str(body["code"]) not in body["more_info"]:
        raise Mismatch(f"{where}: status, code and more_info of an error must agree.")
    unknown = body.keys() - {"code", "message", "more_info", "status", "detail", "details"}
    if unknown:
        raise Mismatch(f"{where}: an error has no {', '.join(sorted(unknown))}.")


@functools.cache
def _document(name: str) -> dict[str, Any]:
    """One file of the description, its references made absolute, so that each part of it stands alone."""
    text = (Path(os.environ[VARIABLE]) / name).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text.replace('"$ref": "#/', f'"$ref": "{name}#/'))
    for schema in ONE_OF_SCHEMAS & document["components"]["schemas"].keys():
        entry = document["components"]["schemas"][schema]
        entry["anyOf"] = entry.pop("oneOf")
    return document


@functools.cache
def _registry(name: str) -> Registry[Any]:
    registry: Registry[Any] = Registry()
    described: Registry[Any] = registry.with_resource(name, DRAFT4.create_resource(_document(name)))
    return described


@functools.cache
def _templates(name: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Path templates in parts, literal ones first, so that `Usecases` is not taken for a SID."""
    parts = [(tuple(template.split("/")), template) for template in _document(name)["paths"]]
    return tuple(sorted(parts, key=lambda pair: [part.startswith("{") for part in pair[0]]))


def _operation(method: str, path: str) -> tuple[str, str, dict[str, Any]]:
    """The description's file, the path template and the operation. Raises Mismatch."""
    name = next((file for prefix, file in FILES.items() if path.startswith(prefix)), None)
    if name is None:
        raise Mismatch(f"{path} belongs to neither API family.")
    asked = tuple(path.split("/"))
    for parts, template in _templates(name):
        if len(parts) == len(asked) and all(map(_fits, parts, asked)):
            operation = _document(name)["paths"][template].get(method.lower())
            if operation is None:
                raise Mismatch(f"{template} has no {method}.")
            return name, template, operation
    raise Mismatch(f"The description has no path {path}.")


def _fits(part: str, asked: str) -> bool:
    if not part.startswith("{"):
        return part == asked
    suffix = part.partition("}")[2]
    return asked.endswith(suffix) and asked != suffix and (bool(suffix) or not asked.endswith(".json"))


def _path_parameters(
    document: str, template: str, operation: Mapping[str, Any], path: str
) -> list[tuple[str, str, dict[str, Any]]]:
    schemas = {p["name"]: p["schema"] for p in _declared(document, operation) if p["in"] == "path"}
    found = []
    for part, asked in zip(template.split("/"), path.split("/"), strict=True):
        if part.startswith("{"):
            name, _, suffix = part[1:].partition("}")
            found.append((name, asked.removesuffix(suffix), schemas[name]))
    return found


def _declared(document: str, operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_resolved(document, parameter) for parameter in operation.get("parameters", [])]


def _parameters(document: str, method: str, operation: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Schemas of the query or form parameters by name, and the required ones."""
    if method != "POST":
        query = [p for p in _declared(document, operation) if p["in"] == "query"]
        return {p["name"]: p["schema"] for p in query}, {p["name"] for p in query if p.get("required")}
    form = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    schema = form.get("schema", {})
    required = set(schema.get("required", []))
    return schema.get("properties", {}), required


def _resolved(document: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = _document(document)
        for part in schema["$ref"].partition("#/")[2].split("/"):
            target = target[part]
        schema = target
    return dict(schema)


def _typed(schema: Mapping[str, Any], text: str) -> object:
    """A form value as the type that it stands for; text that stands for none stays text and fails."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if schema.get("type") == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _judge(document: str, schema: Mapping[str, Any], value: object, where: str) -> None:
    """Validate against one schema of a document. Raises Mismatch with every reason at once."""
    validator = OAS30Validator(schema, registry=_registry(document), format_checker=_FORMATS)
    reasons = [
        f"{'/'.join(str(part) for part in error.absolute_path) or 'value'}: {error.message}"
        for error in validator.iter_errors(value)
        if not _tolerated(document, list(error.absolute_path), error.instance)
    ]
    if reasons:
        raise Mismatch(f"{where}: {'; '.join(sorted(reasons))}")


def _tolerated(document: str, path: list[str | int], value: object) -> bool:
    key = str(path[-1]) if path else ""
    return value == "" and key in EMPTY_STRING_KEYS and document == FILES["/2010-04-01/"]


def _judge_whole(document: str, schema: Mapping[str, Any], value: object, where: str) -> None:
    """Require every property that the description names, and no other. Raises Mismatch."""
    schema = _resolved(document, schema)
    if isinstance(value, list):
        for item in value:
            _judge_whole(document, schema.get("items", {}), item, where)
        return
    branches = [_resolved(document, branch) for branch in schema.get("anyOf", [schema])]
    properties = {name: part for branch in branches for name, part in branch.get("properties", {}).items()}
    if not isinstance(value, dict) or not properties:
        return
    lacking = properties.keys() - value.keys() - OPTIONAL_KEYS
    unknown = value.keys() - properties.keys()
    if lacking or unknown:
        raise Mismatch(f"{where}: lacks {sorted(lacking)}, has the unknown {sorted(unknown)}.")
    for name, part in value.items():
        _judge_whole(document, properties[name], part, f"{where}/{name}")
