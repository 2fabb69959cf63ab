"""The HTTP interfaces as they are documented: whole, with examples that fit, readable."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from jsonschema import Draft202012Validator

from tameng import http_pages
from tameng.environment import SERVICES
from tameng.http_documents import documents
from tests.contracts.test_generated import references, resolved

INSIDE = frozenset({"/livez", "/readyz", "/metrics", "/openapi.json"})
THING = {
    "info": {"description": "A small one."},
    "paths": {
        "/things/{thing_id}": {
            "put": {
                "summary": "Put",
                "description": "Put a thing.\n\nIn two parts.",
                "x-roles": ["maker", "reader"],
                "x-area": {"in": "body", "name": "code"},
                "x-body-bytes-max": 2048,
                "parameters": [
                    {"name": "thing_id", "in": "path", "required": True,
                     "schema": {"type": "integer", "exclusiveMinimum": 0.0, "maximum": 9999}},
                    {"name": "tone", "in": "query", "required": False, "description": "How.",
                     "schema": {"enum": ["a", "b|c"], "examples": ["a"]}},
                ],
                "requestBody": {"content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                    "text/csv": {"example": "code\n53"},
                }},
                "responses": {"201": {"description": "Successful Response"}},
            },
            "get": {
                "summary": "Get",
                "responses": {"200": {"description": "Found", "content": {"text/csv": {}}}},
            },
        }
    },
    "components": {"schemas": {
        "Thing": {
            "description": "What is put.",
            "required": ["codes"],
            "properties": {
                "codes": {"type": "array", "items": {"type": "string", "minLength": 2},
                          "description": "Where."},
                "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                "kind": {"const": "x"},
            },
            "examples": [{"codes": ["53"]}],
        },
        "Tone": {"enum": ["a"]},
    }},
}  # fmt: skip


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_has_the_shape_of_openapi_and_its_references_lead_somewhere(
    service: str,
) -> None:
    document = documents()[service]
    OpenAPI.model_validate(document)
    found = set(references(document))
    assert found
    for reference in found:
        assert resolved(reference, document)
    ids = [operation["operationId"] for *_, operation in operations(document)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_who_may_what_it_does_and_how_it_goes_wrong(service: str) -> None:
    assert not INSIDE & set(documents()[service]["paths"])
    for path, _, operation in operations(documents()[service]):
        assert operation["description"]
        assert operation["tags"]
        guarded = "security" in operation
        assert bool(operation.get("x-roles")) == bool(operation.get("x-area")) == guarded
        signs_in = path in {"/pages/sign-in", "/pages/sign-out"}
        assert ({"401", "403"} <= set(operation["responses"])) == (guarded or signs_in)
        assert "default" in operation["responses"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_examples_of_bodies_fit_their_schemas(service: str) -> None:
    components = documents()[service]["components"]
    misfits = [
        (name, error.message)
        for name, schema in components["schemas"].items()
        for example in schema.get("examples", ())
        for error in Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components}
        ).iter_errors(example)
    ]
    assert misfits == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_has_a_section_for_every_operation_and_every_part(service: str) -> None:
    page = http_pages.page(service, documents()[service])
    headings = {line.lstrip("#").strip() for line in page.splitlines() if line.startswith("##")}
    assert {f"{m.upper()} {path}" for path, m, _ in operations(documents()[service])} < headings
    assert set(documents()[service]["components"]["schemas"]) < headings


@pytest.mark.parametrize(
    "line",
    [
        "| [PUT /things/{thing_id}](#put-thingsthing_id) | Put a thing. | maker, reader |",
        "| [GET /things/{thing_id}](#get-thingsthing_id) | Get | anybody |",
        "* who may: maker, reader",
        "* area: in the body's `code`",
        "* body: `application/json`, [Thing](#thing); at most 2 KiB",
        "* body: `text/csv`, as it is; at most 2 KiB",
        "| `thing_id` | path | integer, above 0, at most 9,999 |  |",
        '| `tone` (optional) | query | `"a"` or `"b\\|c"` | How. For example `a`. |',
        '```json\n{\n  "codes": [\n    "53"\n  ]\n}\n```',
        "```csv\ncode\n53\n```",
        "| `201` | Created |  |",
        "| `200` | Found | `text/csv`: as it is |",
        "| `codes` | list of text, length at least 2 | Where. |",
        "| `at` (optional) | date-time or null |  |",
        "| `counts` (optional) | object with integer by name |  |",
        '| `kind` (optional) | `"x"` |  |',
        '### Tone\n\n`"a"`\n',
    ],
)
def test_a_page_says_in_words_what_the_document_says(line: str) -> None:
    assert f"\n{line}\n" in http_pages.page("things", THING)
