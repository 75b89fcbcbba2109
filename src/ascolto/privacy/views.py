"""The shapes of views and agreements on the wire."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ascolto.privacy.model import Agreement, View


class ViewView(BaseModel):
    """One look at one person."""

    id: str
    at: datetime
    viewer_account_id: str
    viewer_name: str
    subject_kind: str
    subject_id: str
    what: str
    why: str

    @classmethod
    def of(cls, view: View) -> "ViewView":
        """Show a look."""
        return cls(
            id=view.id,
            at=view.at,
            viewer_account_id=view.viewer_account_id,
            viewer_name=view.viewer_name,
            subject_kind=view.subject_kind,
            subject_id=view.subject_id,
            what=view.what,
            why=view.why,
        )


class AgreementView(BaseModel):
    """An agreement on monitoring, without its document's bytes."""

    id: str
    title: str
    reference: str
    document_name: str
    document_sha256: str
    fields: list[str]
    valid_from: datetime
    valid_to: datetime | None
    in_force: bool

    @classmethod
    def of(cls, agreement: Agreement, *, at: datetime) -> "AgreementView":
        """Show an agreement as it stands at a moment."""
        return cls(
            id=agreement.id,
            title=agreement.title,
            reference=agreement.reference,
            document_name=agreement.document_name,
            document_sha256=agreement.document_sha256,
            fields=sorted(agreement.fields),
            valid_from=agreement.valid_from,
            valid_to=agreement.valid_to,
            in_force=agreement.holds(at),
        )


class MonitoringView(BaseModel):
    """What may be seen of single people now, and why."""

    mode: str
    visible_fields: list[str]
    all_fields: list[str]
    minimum_group: int
    agreements: list[AgreementView]


class AgreementEnd(BaseModel):
    """When an agreement ends; absent means now."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = None
