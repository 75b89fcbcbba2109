"""Wire shapes of versions and publications."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ascolto.configuration.actions import MOST_REQUESTS
from ascolto.configuration.model import Change, Publication, Version, Wish

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Kind = Literal[
    "client",
    "calendar",
    "skill",
    "team",
    "queue",
    "channel",
    "operator",
    "reason",
    "canned",
    "setting",
    "token",
    "webhook",
]


class FieldView(BaseModel):
    """One field that differs."""

    name: str
    before: Any
    after: Any


class ChangeView(BaseModel):
    """One thing that changed: `added`, `changed` or `removed`, field by field."""

    kind: str
    thing: str
    client_id: str | None
    name: str
    change: Literal["added", "changed", "removed"]
    fields: list[FieldView]

    @classmethod
    def of(cls, change: Change) -> "ChangeView":
        """Build from a change."""
        how: Literal["added", "changed", "removed"] = "changed"
        if change.before is None:
            how = "added"
        elif change.after is None:
            how = "removed"
        return cls(
            kind=change.kind,
            thing=change.thing,
            client_id=change.client_id,
            name=change.name,
            change=how,
            fields=[FieldView(name=n, before=b, after=a) for n, b, a in change.fields()],
        )


class VersionView(BaseModel):
    """A version: who, when, why and what; in a list the first of many `things` alone."""

    id: int
    at: datetime
    by_kind: str
    by_name: str
    why: str
    publication_id: str | None
    restores: int | None
    things: int
    changes: list[ChangeView]

    @classmethod
    def of(cls, version: Version) -> "VersionView":
        """Build from a version."""
        return cls(
            id=version.id,
            at=version.at,
            by_kind=version.actor.get("kind", "system"),
            by_name=version.actor.get("name", ""),
            why=version.why,
            publication_id=version.publication_id,
            restores=version.restores,
            things=version.things,
            changes=[ChangeView.of(change) for change in version.changes],
        )


class WishBody(BaseModel):
    """A request of this interface that is to be made later; the path begins after /api/v1."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, StringConstraints(pattern=r"^/[a-z0-9/-]{1,200}$")]
    body: dict[str, Any] | None = None


class PublicationBody(BaseModel):
    """Requests that are to be made together at a moment, and why."""

    model_config = ConfigDict(extra="forbid")

    due_at: AwareDatetime
    why: Why
    requests: Annotated[list[WishBody], Field(min_length=1, max_length=MOST_REQUESTS)]

    def wishes(self) -> list[Wish]:
        """Return the requests as plain values."""
        return [Wish(each.method, each.path, each.body) for each in self.requests]


class PublicationView(BaseModel):
    """A publication and what became of it."""

    id: str
    due_at: datetime
    why: str
    by_name: str
    created_at: datetime
    state: Literal["scheduled", "published", "refused", "withdrawn"]
    decided_at: datetime | None
    requests: list[dict[str, Any]]
    refusal: dict[str, Any] | None

    @classmethod
    def of(cls, publication: Publication) -> "PublicationView":
        """Build from a publication."""
        return cls(
            id=publication.id,
            due_at=publication.due_at,
            why=publication.why,
            by_name=publication.by_name,
            created_at=publication.created_at,
            state=publication.state,
            decided_at=publication.decided_at,
            requests=publication.requests,
            refusal=publication.refusal,
        )


class RestoreBody(BaseModel):
    """Why to go back; of one thing alone when it is named, and only looked at on a dry run."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    kind: Kind | None = None
    thing: Annotated[str, StringConstraints(max_length=120)] | None = None
    dry_run: bool = False


class RestoreView(BaseModel):
    """What leads back, or has led back, to a version."""

    version: int
    changes: list[ChangeView]
