"""Routes on who looked at whom and what may be seen of single people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import AwareDatetime

from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of
from ascolto.privacy import actions, store
from ascolto.privacy.errors import OutsideScope, UnknownAgreement
from ascolto.privacy.model import MINIMUM_GROUP, MonitoredField, visible_fields
from ascolto.privacy.views import AgreementEnd, AgreementView, MonitoringView, ViewView
from ascolto.tenancy.actions import setting

router = APIRouter(tags=["privacy"])

ShortText = Annotated[str, Form(min_length=1, max_length=200)]


@router.get("/my/views", summary="Who looked at my data")
async def my_views(
    call: Annotated[Call, permit("privacy.read_own_views")],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ViewView]:
    """Return who looked at one's own data one by one, newest first."""
    subjects = [("account", call.principal.account_id)]
    if call.principal.operator_id is not None:
        subjects.append(("operator", call.principal.operator_id))
    found = await store.views_of(call.tx, subjects, before=decode_id(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=ViewView.of, place=lambda view: (view.id,))


@router.get("/privacy/views", summary="Who looked at whom")
async def list_views(
    call: Annotated[Call, permit("privacy.read_views")],
    viewer_account_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ViewView]:
    """Return every individual look, or those of one viewer, newest first."""
    if call.principal.clients is not None:
        raise OutsideScope("Only somebody who sees every client may do this.")
    viewer = None if viewer_account_id is None else str(viewer_account_id)
    found = await store.list_views(
        call.tx, viewer_account_id=viewer, before=decode_id(cursor), limit=limit + 1
    )
    return page_of(found, limit=limit, show=ViewView.of, place=lambda view: (view.id,))


@router.get("/privacy/monitoring", summary="What may be seen of single people")
async def show_monitoring(
    call: Annotated[Call, permit("privacy.read_monitoring")],
) -> MonitoringView:
    """Return the mode in force, the fields it shows and the agreements behind it."""
    mode = await actions.monitoring_mode(call.tx)
    now = call.tx.now
    return MonitoringView(
        mode=mode.kind(now),
        visible_fields=sorted(visible_fields(mode, now)),
        all_fields=[field.value for field in MonitoredField],
        minimum_group=await setting(call.tx, MINIMUM_GROUP),
        agreements=[AgreementView.of(agreement, at=now) for agreement in mode.agreements],
    )


@router.post("/privacy/monitoring", status_code=201, summary="Take in an agreement")
async def conclude_agreement(
    call: Annotated[Call, permit("privacy.set_monitoring")],
    title: ShortText,
    reference: ShortText,
    fields: Annotated[list[MonitoredField], Form()],
    valid_from: Annotated[AwareDatetime, Form()],
    document: Annotated[UploadFile, File(description="The signed agreement, PDF")],
    valid_to: Annotated[AwareDatetime | None, Form()] = None,
) -> AgreementView:
    """Unlock the fields an agreement lists, between its dates; its PDF is kept beside it."""
    agreement = await actions.conclude_agreement(
        call.tx,
        title=title,
        reference=reference,
        document_name=document.filename or "",
        document=await document.read(actions.DOCUMENT_LIMIT + 1),
        fields=[field.value for field in fields],
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return AgreementView.of(agreement, at=call.tx.now)


@router.post("/privacy/monitoring/{agreement_id}/end", summary="End an agreement")
async def end_agreement(
    agreement_id: UUID,
    body: AgreementEnd,
    call: Annotated[Call, permit("privacy.set_monitoring")],
) -> AgreementView:
    """Lock an agreement's fields again, now or at a later moment."""
    agreement = await actions.end_agreement(call.tx, str(agreement_id), at=body.at)
    return AgreementView.of(agreement, at=call.tx.now)


@router.get(
    "/privacy/monitoring/{agreement_id}/document",
    summary="The signed agreement",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def show_document(
    agreement_id: UUID, call: Annotated[Call, permit("privacy.read_monitoring")]
) -> Response:
    """Return the agreement's PDF: whoever is monitored may read on what ground."""
    found = await store.document_of(call.tx, str(agreement_id))
    if found is None:
        raise UnknownAgreement("There is no such agreement.")
    name, document = found
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    return Response(
        document,
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{ascii_name}"'},
    )
