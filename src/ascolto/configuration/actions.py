"""Use cases on versions: publish at a moment, withdraw, put back."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
from pydantic import ValidationError

from ascolto.configuration import errors, events, store
from ascolto.configuration.model import Change, Publication, Version, Wish, way_back
from ascolto.configuration.putting_back import put, revive
from ascolto.configuration.verbs import Prepared, Verbs
from ascolto.identity.guard import Call
from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.ids import new_id

FURTHEST = timedelta(days=366)
MOST_REQUESTS = 100

# As the HTTP interface answers them; whatever else fails is our own fault.
_CODES: dict[type[Exception], str] = {
    ValidationError: "validation",
    asyncpg.IntegrityConstraintViolationError: "conflict",
    asyncpg.DataError: "unstorable",
}


async def schedule(
    tx: Tx, principal: Principal, verbs: Verbs, *, due_at: datetime, why: str, wishes: list[Wish]
) -> Publication:
    """Let requests wait for a moment, each of them checked now as far as it can be."""
    if not tx.now < due_at <= tx.now + FURTHEST:
        raise errors.BadMoment("A publication lies ahead, and within a year.", field="due_at")
    ground: dict[str, int] = {}
    for wish in wishes:
        prepared = verbs.prepare(wish)
        if not principal.may(prepared.verb.permission):
            raise errors.NoLongerAllowed(
                "Your role does not include this.", permission=prepared.verb.permission
            )
        if prepared.thing is not None:
            kind = prepared.verb.kind
            last = await store.last_version_of(tx, kind, prepared.thing)
            ground[f"{kind}:{prepared.thing}"] = last
    publication = Publication(
        id=new_id(),
        due_at=due_at,
        why=why,
        requests=[wish.as_json() for wish in wishes],
        ground=ground,
        by_account=principal.account_id,
        by_name=principal.name,
        created_at=tx.now,
        state="scheduled",
        decided_at=None,
        refusal=None,
    )
    await store.insert_publication(tx, publication)
    tx.emit(events.PublicationDecided(publication_id=publication.id, state="scheduled"))
    return publication


async def withdraw(tx: Tx, publication_id: str, *, account_id: str | None) -> None:
    """Take back a publication that waits; only one's own when an account is named."""
    found = await store.get_publication(tx, publication_id)
    if found is None or account_id not in (None, found.by_account):
        raise errors.UnknownPublication("There is no such publication.")
    if not await store.decide(tx, publication_id, state="withdrawn"):
        raise errors.AlreadyDecided("It has been decided meanwhile.", state=found.state)
    tx.emit(events.PublicationDecided(publication_id=publication_id, state="withdrawn"))


async def publish(tx: Tx, publication: Publication, principal: Principal, verbs: Verbs) -> None:
    """Make the requests of a publication, all or none; refuse when their ground has changed."""
    await _require_ground(tx, publication)
    await tx.sign(principal.actor(), why=publication.why)
    await store.sign(tx, publication_id=publication.id)
    call = Call(tx=tx, principal=principal)
    prepared: list[Prepared] = [verbs.prepare(wish) for wish in publication.wishes()]
    for each in prepared:
        await each.make(call)
    await store.decide(tx, publication.id, state="published")
    tx.emit(events.PublicationDecided(publication_id=publication.id, state="published"))


async def _require_ground(tx: Tx, publication: Publication) -> None:
    for key, last in publication.ground.items():
        kind, _, thing = key.partition(":")
        now = await store.last_version_of(tx, kind, thing)
        if now == last:
            continue
        version = await store.get_version(tx, now)
        moved = next((c for c in version.changes if c.thing == thing), None) if version else None
        raise errors.GroundChanged(
            "What was to be changed has changed since.",
            kind=kind,
            thing=thing,
            name=moved.name if moved else "",
            version=now,
            by=version.actor.get("name", "") if version else "",
        )


async def refuse(tx: Tx, publication_id: str, refusal: Exception) -> None:
    """Write down why a publication was not made."""
    if isinstance(refusal, Refusal):
        told: dict[str, Any] = {
            "code": refusal.code,
            "detail": refusal.detail,
            "fields": refusal.fields,
        }
    else:
        code = next(
            (code for kind, code in _CODES.items() if isinstance(refusal, kind)), "internal"
        )
        told = {"code": code, "detail": type(refusal).__name__, "fields": {}}
    if await store.decide(tx, publication_id, state="refused", refusal=told):
        tx.emit(events.PublicationDecided(publication_id=publication_id, state="refused"))


async def get_version(tx: Tx, number: int) -> Version:
    """Return a version of which something is in scope, or refuse."""
    found = await store.get_version(tx, number)
    if found is None or (not found.changes and tx.clients is not None):
        raise errors.UnknownVersion("There is no such version.", version=number)
    return found


async def steps_back(
    tx: Tx, number: int, *, kind: str | None = None, thing: str | None = None
) -> list[Change]:
    """Return what leads back to how all, or one thing, was right after a version."""
    if tx.clients is not None:
        raise errors.OutsideScope("Only somebody who sees every client may do this.")
    await get_version(tx, number)
    changes = await store.changes_since(tx, number, kind=kind, thing=thing)
    return way_back(changes, now=tx.now)


async def restore(
    tx: Tx, number: int, *, why: str, kind: str | None = None, thing: str | None = None
) -> list[Change]:
    """Put all, or one thing, back to how it was right after a version; all of it or nothing."""
    steps = await steps_back(tx, number, kind=kind, thing=thing)
    if not steps:
        raise errors.NothingToRestore("All is as it was then.", version=number)
    await tx.sign(tx.actor, why=why)
    await store.sign(tx, restores=number)
    for take, step in [*((revive, step) for step in steps), *((put, step) for step in steps)]:
        try:
            await take(tx, step)
        except Refusal as refusal:
            raise errors.CannotRestore(
                f"{step.name} cannot be put back: {refusal.detail}",
                kind=step.kind,
                thing=step.thing,
                name=step.name,
                because=refusal.code,
            ) from refusal
    tx.emit(events.Restored(number=number, things=len(steps)))
    return steps
