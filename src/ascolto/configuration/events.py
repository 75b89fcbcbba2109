"""What happens to the configuration as a whole; each thing's own change is told by its room."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PublicationDecided(Event):
    """A publication was scheduled, made, refused or withdrawn."""

    kind: ClassVar[str] = "configuration.publication_decided"
    publication_id: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Restored(Event):
    """The configuration was put back to a version."""

    kind: ClassVar[str] = "configuration.restored"
    number: int
    things: int
