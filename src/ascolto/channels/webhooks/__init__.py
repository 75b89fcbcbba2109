"""Telling other people's programs what happened: signed, in order, until they have heard it."""
