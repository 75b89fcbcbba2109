"""Who may see whom one by one, under which agreement, and who did.

Owns the schema `privacy`: the log of individual views and the agreements on monitoring. People
see aggregates by default; each person sees their own data and who has looked at it.
"""

from ascolto.privacy.actions import monitoring_mode, record_view
from ascolto.privacy.model import (
    MINIMUM_GROUP,
    MonitoredField,
    MonitoringMode,
    is_visible,
    visible_fields,
)

__all__ = [
    "MINIMUM_GROUP",
    "MonitoredField",
    "MonitoringMode",
    "is_visible",
    "monitoring_mode",
    "record_view",
    "visible_fields",
]
