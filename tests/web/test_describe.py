"""Serving the description of the interface."""

import threading
from typing import Any

import httpx
import pytest

from ascolto.web import describe
from ascolto.web.describe import completed
from ascolto.web.openapi import description
from support.office import Office


async def test_the_description_is_made_once_and_beside_what_else_is_served(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers: list[threading.Thread] = []

    def noted(document: dict[str, Any]) -> dict[str, Any]:
        makers.append(threading.current_thread())
        return completed(document)

    monkeypatch.setattr(describe, "completed", noted)
    transport = httpx.ASGITransport(office.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
        served = [(await http.get("/api/v1/openapi.json")).json() for _ in range(2)]
    assert len(makers) == 1
    assert makers[0] is not threading.current_thread()
    monkeypatch.undo()
    assert served == [description()] * 2
