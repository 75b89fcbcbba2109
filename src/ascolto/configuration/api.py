"""Routes on versions of the configuration and on what is published later."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ascolto.configuration import actions, errors, store
from ascolto.configuration.verbs import Verbs
from ascolto.configuration.views import (
    ChangeView,
    Kind,
    PublicationBody,
    PublicationView,
    RestoreBody,
    RestoreView,
    VersionView,
)
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Page, decode_id, decode_number, page_of

Reader = Annotated[Call, permit("configuration.read")]
Publisher = Annotated[Call, permit("configuration.publish")]


def router_over(verbs: Verbs) -> APIRouter:
    """Return the routes; what is published is published by these verbs."""
    router = APIRouter(tags=["configuration"])
    router.include_router(_versions())

    @router.get("/configuration/publications", summary="What is published later")
    async def list_publications(
        call: Reader,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 100,
    ) -> Page[PublicationView]:
        """Return what waits or was decided; others' only for who sees every client."""
        mine = None if call.tx.clients is None else call.principal.account_id
        found = await store.list_publications(
            call.tx, account_id=mine, before=decode_id(cursor), limit=limit + 1
        )
        return page_of(found, limit=limit, show=PublicationView.of, place=lambda one: (one.id,))

    @router.post("/configuration/publications", status_code=201, summary="Publish at a moment")
    async def schedule(body: PublicationBody, call: Publisher) -> PublicationView:
        """Let requests wait for a moment; then they are made together, all or none."""
        publication = await actions.schedule(
            call.tx,
            call.principal,
            verbs,
            due_at=body.due_at,
            why=body.why,
            wishes=body.wishes(),
        )
        return PublicationView.of(publication)

    @router.delete(
        "/configuration/publications/{publication_id}", status_code=204, summary="Do not publish"
    )
    async def withdraw(publication_id: UUID, call: Publisher) -> None:
        """Take back a publication that waits."""
        mine = None if call.tx.clients is None else call.principal.account_id
        await actions.withdraw(call.tx, str(publication_id), account_id=mine)

    return router


def _versions() -> APIRouter:
    router = APIRouter()

    @router.get("/configuration/versions", summary="Versions, the newest first")
    async def list_versions(
        call: Reader,
        kind: Kind | None = None,
        thing: Annotated[str | None, Query(max_length=120)] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 30,
    ) -> Page[VersionView]:
        """Return who changed what, when and why; of one kind or one thing when asked."""
        found = await store.list_versions(
            call.tx, before=decode_number(cursor), limit=limit + 1, kind=kind, thing=thing
        )
        return page_of(found, limit=limit, show=VersionView.of, place=lambda one: (one.id,))

    @router.get("/configuration/versions/{number}", summary="One version")
    async def show_version(number: int, call: Reader) -> VersionView:
        """Return a version with what it changed."""
        return VersionView.of(await actions.get_version(call.tx, _number(number)))

    @router.post("/configuration/versions/{number}/restore", summary="Go back to a version")
    async def restore(number: int, body: RestoreBody, call: Publisher) -> RestoreView:
        """Put all, or one thing, back to how it was right after a version; all or nothing."""
        if body.dry_run:
            steps = await actions.steps_back(
                call.tx, _number(number), kind=body.kind, thing=body.thing
            )
        else:
            steps = await actions.restore(
                call.tx, _number(number), why=body.why, kind=body.kind, thing=body.thing
            )
        return RestoreView(version=number, changes=[ChangeView.of(step) for step in steps])

    return router


def _number(number: int) -> int:
    if not 0 < number < 2**31:
        raise errors.UnknownVersion("There is no such version.")
    return number
