"""The door of one organisation, at a moment that only moves when told."""

from support.doors import clock, door

__all__ = ["clock", "door"]
