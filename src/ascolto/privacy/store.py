"""Every statement on the schema `privacy`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from ascolto.kit.db import Tx
from ascolto.privacy.model import Agreement, View

_VIEW = "id, at, viewer_account_id, viewer_name, subject_kind, subject_id, what, why"
_AGREEMENT = (
    "id, title, reference, document_name, document_sha256, fields, valid_from, valid_to, created_at"
)


async def insert_view(tx: Tx, view: View) -> None:
    """Write down one look at one person."""
    await tx.execute(
        f"INSERT INTO privacy.view_log (tenant_id, {_VIEW})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.tenant_id, view.id, view.at, view.viewer_account_id, view.viewer_name,
        view.subject_kind, view.subject_id, view.what, view.why,
    )  # fmt: skip


async def views_of(
    tx: Tx, subjects: Sequence[tuple[str, str]], *, before: str | None, limit: int
) -> list[View]:
    """Return who looked at any of the subjects (kind, id), newest first."""
    rows = await tx.fetch(
        f"SELECT {_VIEW} FROM privacy.view_log WHERE tenant_id = $1 AND (subject_kind, subject_id)"
        " IN (SELECT * FROM unnest($2::text[], $3::uuid[]))"
        " AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5",
        tx.tenant_id, [kind for kind, _ in subjects], [key for _, key in subjects], before, limit,
    )  # fmt: skip
    return [View(**row) for row in rows]


async def list_views(
    tx: Tx, *, viewer_account_id: str | None, before: str | None, limit: int
) -> list[View]:
    """Return every look, or those of one viewer, newest first."""
    rows = await tx.fetch(
        f"SELECT {_VIEW} FROM privacy.view_log WHERE tenant_id = $1"
        " AND ($2::uuid IS NULL OR viewer_account_id = $2)"
        " AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        tx.tenant_id, viewer_account_id, before, limit,
    )  # fmt: skip
    return [View(**row) for row in rows]


def _agreement(row: asyncpg.Record) -> Agreement:
    values: dict[str, Any] = dict(row)
    values["fields"] = frozenset(values["fields"])
    return Agreement(**values)


async def list_agreements(tx: Tx) -> list[Agreement]:
    """Return every agreement, the latest to begin first."""
    rows = await tx.fetch(
        f"SELECT {_AGREEMENT} FROM privacy.monitoring_agreement WHERE tenant_id = $1"
        " ORDER BY valid_from DESC, id DESC",
        tx.tenant_id,
    )
    return [_agreement(row) for row in rows]


async def get_agreement(tx: Tx, agreement_id: str) -> Agreement | None:
    """Return one agreement, holding it still."""
    row = await tx.fetchrow(
        f"SELECT {_AGREEMENT} FROM privacy.monitoring_agreement"
        " WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tx.tenant_id, agreement_id,
    )  # fmt: skip
    return _agreement(row) if row else None


async def document_of(tx: Tx, agreement_id: str) -> tuple[str, bytes] | None:
    """Return the name and the bytes of an agreement's document."""
    row = await tx.fetchrow(
        "SELECT document_name, document FROM privacy.monitoring_agreement"
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, agreement_id,
    )  # fmt: skip
    return (row["document_name"], row["document"]) if row else None


async def insert_agreement(tx: Tx, agreement: Agreement, *, document: bytes) -> None:
    """Write a new agreement with its document."""
    await tx.execute(
        "INSERT INTO privacy.monitoring_agreement (tenant_id, id, title, reference, document_name,"
        " document_sha256, document, fields, valid_from, valid_to, created_by, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tx.tenant_id, agreement.id, agreement.title, agreement.reference, agreement.document_name,
        agreement.document_sha256, document, sorted(agreement.fields), agreement.valid_from,
        agreement.valid_to, tx.actor.as_json(), agreement.created_at,
    )  # fmt: skip


async def set_end(tx: Tx, agreement_id: str, at: datetime) -> None:
    """Let an agreement end at a moment."""
    await tx.execute(
        "UPDATE privacy.monitoring_agreement SET valid_to = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, agreement_id, at,
    )  # fmt: skip
