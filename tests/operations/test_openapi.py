"""The description of the HTTP interface that is committed, held against the one that is served."""

from pathlib import Path

from ascolto.web.openapi import description, text

COMMITTED = Path(__file__).resolve().parents[2] / "contracts" / "openapi.json"


def test_the_committed_description_is_the_served_one() -> None:
    same = COMMITTED.read_text("utf-8") == text()
    assert same, "the interface changed: `make contracts`, then look at the difference"


def test_every_operation_says_who_may_ask_and_how_no_is_said() -> None:
    document = description()
    assert document["openapi"].startswith("3.1.")
    components = document["components"]
    assert set(components["securitySchemes"]) == {"session", "token", "customer"}
    assert not {"HTTPValidationError", "ValidationError"} & set(components["schemas"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert {"4XX", "429", "503"} <= set(answers), (method, path)
            assert "HTTPValidationError" not in str(operation)
            for wanted in operation["security"]:
                assert set(wanted) <= set(components["securitySchemes"])
            keyed = "IdempotencyKey" in str(operation.get("parameters"))
            assert keyed == (method == "post" and "x-permission" in operation)
    for answer in components["responses"].values():
        assert list(answer["content"]) == ["application/problem+json"]
    assert "Retry-After" in components["responses"]["TooMany"]["headers"]
    accounts = document["paths"]["/api/v1/accounts"]["get"]
    assert accounts["security"] == [{"session": []}], "no token handles accounts"
    assert "RateLimit" in accounts["responses"]["200"]["headers"]


def test_every_operation_has_a_summary_and_a_name_of_its_own() -> None:
    operations = [
        operation
        for path in description()["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    assert len(operations) > 50
    assert not [one["operationId"] for one in operations if not one.get("summary")]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
