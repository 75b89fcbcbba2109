"""Organisations: the tenant, its clients, its opening calendars and its dated settings.

Owns the schema `tenancy`. Never knows who works there or what a client's customers write.
"""

from ascolto.tenancy.hours import HoursError, NeverOpens, OpeningHours
from ascolto.tenancy.model import Calendar, Client, Tenant
from ascolto.tenancy.settings import Setting, declare
from ascolto.tenancy.store import (
    calendar_of_client,
    get_tenant,
    list_calendars,
    list_clients,
    tenant_by_slug,
)
from ascolto.tenancy.store import get_calendar as find_calendar

__all__ = [
    "Calendar",
    "Client",
    "HoursError",
    "NeverOpens",
    "OpeningHours",
    "Setting",
    "Tenant",
    "calendar_of_client",
    "declare",
    "find_calendar",
    "get_tenant",
    "list_calendars",
    "list_clients",
    "tenant_by_slug",
]
