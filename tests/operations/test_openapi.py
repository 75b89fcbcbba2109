"""The description of the HTTP interface that is committed, held against the one that is served."""

from pathlib import Path

from ascolto.web.openapi import description, text

COMMITTED = Path(__file__).resolve().parents[2] / "contracts" / "openapi.json"


def test_the_committed_description_is_the_served_one() -> None:
    same = COMMITTED.read_text("utf-8") == text()
    assert same, "the interface changed: `make contracts`, then look at the difference"


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
