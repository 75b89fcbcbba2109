"""Use cases of the privacy room."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from ascolto.identity import Principal
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.privacy import errors, events, store
from ascolto.privacy.model import Agreement, MonitoredField, MonitoringMode, View

DOCUMENT_LIMIT = 5_000_000
_PDF = b"%PDF-"
_KNOWN = frozenset(field.value for field in MonitoredField)


async def record_view(
    tx: Tx, viewer: Principal, *, subject_kind: str, subject_id: str, what: str, why: str
) -> None:
    """Write down that somebody looks at one person; looking at oneself is nobody's business."""
    if subject_id in (viewer.operator_id, viewer.account_id):
        return
    view = View(
        id=new_id(),
        at=tx.now,
        viewer_account_id=viewer.account_id,
        viewer_name=viewer.name,
        subject_kind=subject_kind,
        subject_id=subject_id,
        what=what,
        why=why,
    )
    await store.insert_view(tx, view)
    tx.emit(
        events.ViewedIndividual(
            view_id=view.id,
            viewer_account_id=viewer.account_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            what=what,
            why=why,
        )
    )


async def monitoring_mode(tx: Tx) -> MonitoringMode:
    """Return what may be seen of single people, now and at any other moment."""
    return MonitoringMode(tuple(await store.list_agreements(tx)))


async def conclude_agreement(
    tx: Tx,
    *,
    title: str,
    reference: str,
    document_name: str,
    document: bytes,
    fields: Collection[str],
    valid_from: datetime,
    valid_to: datetime | None,
) -> Agreement:
    """Take in an agreement with its document: its fields may be seen while it holds."""
    _require_full_scope(tx)
    unknown = sorted(set(fields) - _KNOWN)
    if unknown or not fields:
        raise errors.UnknownField("An agreement unlocks known fields.", unknown=unknown)
    if len(document) > DOCUMENT_LIMIT:
        raise errors.DocumentTooLarge("The document is too large.", limit_bytes=DOCUMENT_LIMIT)
    if not document.startswith(_PDF):
        raise errors.NotADocument("Upload the signed agreement as a PDF.")
    if valid_from < tx.now or (valid_to is not None and valid_to <= valid_from):
        raise errors.BadDates("What people were promised yesterday does not change today.")
    agreement = Agreement(
        id=new_id(),
        title=title,
        reference=reference,
        document_name=_plain_name(document_name),
        document_sha256=hashlib.sha256(document).hexdigest(),
        fields=frozenset(fields),
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=tx.now,
    )
    await store.insert_agreement(tx, agreement, document=document)
    tx.emit(_event(agreement, "concluded"))
    return agreement


async def end_agreement(tx: Tx, agreement_id: str, *, at: datetime | None = None) -> Agreement:
    """Let an agreement end now or at a later moment."""
    _require_full_scope(tx)
    agreement = await store.get_agreement(tx, agreement_id)
    if agreement is None:
        raise errors.UnknownAgreement("There is no such agreement.", agreement_id=agreement_id)
    if agreement.valid_to is not None and agreement.valid_to <= tx.now:
        raise errors.AgreementOver("This agreement has already ended.")
    if at is not None and at < tx.now:
        raise errors.BadDates("An agreement ends now or later.")
    # One that has not begun ends as it begins: it never holds.
    end = max(at or tx.now, agreement.valid_from)
    await store.set_end(tx, agreement_id, end)
    ended = replace(agreement, valid_to=end)
    tx.emit(_event(ended, "ended"))
    return ended


def _require_full_scope(tx: Tx) -> None:
    if tx.clients is not None:
        raise errors.OutsideScope("Only somebody who sees every client may do this.")


def _plain_name(name: str) -> str:
    kept = "".join(c for c in name if c.isalnum() or c in " ._-()").strip(" .")
    return (kept or "accordo.pdf")[-120:]


def _event(agreement: Agreement, change: str) -> events.MonitoringChanged:
    return events.MonitoringChanged(
        agreement_id=agreement.id,
        change=change,
        fields=sorted(agreement.fields),
        valid_from=agreement.valid_from.isoformat(),
        valid_to=None if agreement.valid_to is None else agreement.valid_to.isoformat(),
    )
