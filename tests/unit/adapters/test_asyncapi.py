"""The AsyncAPI document in docs is what the records are, and is one: sound by the rules of AsyncAPI 3."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from properties.test_present_is_the_overview import Course

from router.adapters.asyncapi import as_asyncapi, as_yaml
from router.adapters.cloudevents import as_cloudevent
from router.adapters.present_codec import all_fields
from router.adapters.record_codec import RECORD_TYPES, to_json

DOCS = Path(__file__).parents[3] / "docs"
REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string", "pattern": "^#/"}}}
ASYNCAPI_3: dict[str, Any] = {
    "type": "object",
    "required": ["asyncapi", "info"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "defaultContentType": {"type": "string"},
        "servers": {
            "additionalProperties": {
                "type": "object",
                "required": ["host", "protocol"],
                "properties": {"security": {"type": "array", "items": REFERENCE}},
            }
        },
        "channels": {
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "address": {"type": ["string", "null"]},
                    "title": {"type": "string"},
                    "description": {"type": "string"},
                    "parameters": {"additionalProperties": REFERENCE},
                    "messages": {"additionalProperties": REFERENCE},
                },
            }
        },
        "operations": {
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel"],
                "properties": {"action": {"enum": ["send", "receive"]}, "channel": REFERENCE},
            }
        },
        "components": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "messages": {
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": False,
                        "patternProperties": {"^x-": {}},
                        "properties": {
                            "name": {"type": "string"},
                            "title": {"type": "string"},
                            "summary": {"type": "string"},
                            "contentType": {"type": "string"},
                            "traits": {"type": "array", "items": REFERENCE},
                            "payload": REFERENCE,
                        },
                    }
                },
                "messageTraits": {"additionalProperties": {"type": "object"}},
                "parameters": {"additionalProperties": {"type": "object"}},
                "schemas": {"additionalProperties": {"type": "object"}},
                "securitySchemes": {"additionalProperties": {"type": "object", "required": ["type"]}},
            },
        },
    },
}
"""What AsyncAPI 3.0.0 asks of the parts we use (asyncapi.com, specification, 3.0.0)."""


def test_the_document_in_docs_is_what_the_records_are() -> None:
    assert (DOCS / "asyncapi.yaml").read_text() == as_yaml(), (
        "records changed: raise SCHEMA_VERSION where a meaning or type did, then write the document anew with "
        "'hotline schema stream > docs/asyncapi.yaml' and tell readers in CHANGELOG.md"
    )


def test_it_is_a_sound_asyncapi_document() -> None:
    document = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
    jsonschema.Draft202012Validator(ASYNCAPI_3).validate(document)
    for reference in references(document):
        assert resolved(document, reference) is not None
    for channel in document["channels"].values():
        named = set(channel["parameters"])
        assert named == {part.partition("}")[0] for part in channel["address"].split("{")[1:]}, channel["address"]
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert set(document["channels"]["events"]["messages"]) == set(RECORD_TYPES)
    hidden = document["components"]["messages"]["CallReceived"]["x-hidden"]
    assert hidden == {"caller": "whole", "diverted_from": "whole"}


def test_what_is_wrong_is_found() -> None:
    document = as_asyncapi()
    del document["channels"]["events"]["messages"]["CallEnded"]["$ref"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(ASYNCAPI_3).validate(document)


def test_records_present_and_cloudevents_are_as_described() -> None:
    document = as_asyncapi()
    course = Course(5)
    for _ in range(300):
        course.step()
    headers = document["components"]["messageTraits"]["cloudEvent"]["headers"]
    for record in course.outside.told:
        name = type(record).__name__
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(json.loads(to_json(record)))
        event = as_cloudevent("t", record)
        jsonschema.Draft202012Validator(headers).validate(event)
        assert event["type"] == document["components"]["messages"][name]["x-cloudevents-type"]
        assert event["time"].startswith("2026-")
    present = {"$ref": "#/components/schemas/Present", "components": document["components"]}
    fields = all_fields(course.outside.present)
    jsonschema.Draft202012Validator(present).validate(fields)
    for name, text in fields.items():
        if ":" in name:
            kind = f"{name.partition(':')[0].title()}Now"
            row = {"$ref": f"#/components/schemas/{kind}", "components": document["components"]}
            jsonschema.Draft202012Validator(row).validate(json.loads(text))


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def resolved(document: Any, reference: str) -> Any:
    for name in reference.removeprefix("#/").split("/"):
        document = document[name]
    return document
