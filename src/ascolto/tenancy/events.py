"""What happens to an organisation's configuration."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class TenantCreated(Event):
    """An organisation has come in."""

    kind: ClassVar[str] = "tenancy.tenant_created"
    slug: str


@dataclass(frozen=True, kw_only=True)
class ClientChanged(Event):
    """A client was created, updated or archived."""

    kind: ClassVar[str] = "tenancy.client_changed"
    change: str


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """Opening hours were created, updated or deleted."""

    kind: ClassVar[str] = "tenancy.calendar_changed"
    calendar_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event):
    """A setting takes another value from a moment on."""

    kind: ClassVar[str] = "tenancy.setting_changed"
    key: str
    valid_from: str
    value: Any
