"""docs/api-codes.md is what the code says, and leaves no refusal of the API out."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ejia import codes_page
from tests.support.contract import answers_in

PAGE = Path(__file__).resolve().parents[2] / "docs/api-codes.md"


@pytest.fixture(scope="module")
def page() -> str:
    return codes_page.page()


def test_the_page_is_what_the_code_says(page: str) -> None:
    assert PAGE.read_text() == page, "Write it anew: ejia codes > docs/api-codes.md"


def test_the_page_has_every_code_of_the_document(page: str, client: FlaskClient) -> None:
    told = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    document = client.get("/openapi.json").get_json()
    given = {
        code
        for item in document["paths"].values()
        for operation in item.values()
        for answer in answers_in(document, operation).values()
        for content in answer.get("content", {}).values()
        for part in content["schema"].get("allOf", [])
        for code in part.get("properties", {}).get("code", {}).get("enum", [])
    }
    assert len(given) > 100
    assert told == given | {"method_not_allowed", "internal_error"}


def test_the_command_prints_the_page(page: str, ejia) -> None:
    assert ejia("codes").stdout == page
