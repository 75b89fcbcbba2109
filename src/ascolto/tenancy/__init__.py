"""Organisations: the tenant, its clients, its opening calendars and its dated settings.

Owns the schema `tenancy`. Never knows who works there or what a client's customers write.
"""

from ascolto.tenancy.hours import HoursError, NeverOpens, OpeningHours
from ascolto.tenancy.model import Calendar, Client, Tenant
from ascolto.tenancy.settings import Setting, declare
from ascolto.tenancy.store import get_tenant, list_clients, tenant_by_slug

__all__ = [
    "Calendar",
    "Client",
    "HoursError",
    "NeverOpens",
    "OpeningHours",
    "Setting",
    "Tenant",
    "declare",
    "get_tenant",
    "list_clients",
    "tenant_by_slug",
]
