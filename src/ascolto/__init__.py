"""Ascolto, an open contact centre: chat, mail and voice answered from one desk."""

__version__ = "0.1.0"
