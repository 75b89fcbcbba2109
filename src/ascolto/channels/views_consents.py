"""Wire shapes of what a customer may be sent without having asked, and of what they say of it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from ascolto.channels.actions.preferring import TEXT_VERSIONS, Standing, Told
from ascolto.customers import Purpose, Source


class ConsentTextView(BaseModel):
    """The text of a purpose as it is read out to a customer today."""

    purpose: Purpose
    version: str
    words: str


class StandingView(BaseModel):
    """How an address stands with one purpose; nothing was said when `given` is null."""

    address: str
    # Whether the address was proved to be the customer's, or was only named by them.
    verified: bool
    purpose: Purpose
    given: bool | None
    at: datetime | None
    source: Source | None
    text_version: str | None
    by_name: str | None

    @classmethod
    def each(cls, standing: Standing) -> "list[StandingView]":
        """Show an address, purpose by purpose."""
        found = []
        for purpose in Purpose:
            said = standing.said.get(purpose)
            found.append(
                cls(
                    address=standing.address,
                    verified=standing.verified,
                    purpose=purpose,
                    given=said.given if said else None,
                    at=said.at if said else None,
                    source=said.source if said else None,
                    text_version=said.text_version if said else None,
                    by_name=said.by_name if said else None,
                )
            )
        return found


class CustomerConsentsView(BaseModel):
    """What stands for each address of a customer with their client, and the texts of today."""

    client_id: str
    language: str
    texts: list[ConsentTextView]
    standing: list[StandingView]

    @classmethod
    def of(
        cls,
        standing: list[Standing],
        *,
        client_id: str,
        language: str,
        words: dict[Purpose, str],
    ) -> "CustomerConsentsView":
        """Show how a customer stands, with the texts in their language."""
        return cls(
            client_id=client_id,
            language=language,
            texts=[
                ConsentTextView(purpose=one, version=TEXT_VERSIONS[one], words=words[one])
                for one in Purpose
            ],
            standing=[view for one in standing for view in StandingView.each(one)],
        )


class ToldBody(BaseModel):
    """What a customer said to a person, and the version of the text that was read to them."""

    address: Annotated[str, Field(min_length=1, max_length=320)]
    purpose: Purpose
    given: bool
    source: Literal[Source.PHONE, Source.WRITING]
    text_version: Annotated[str, Field(max_length=40)]
    # Where it can be seen; a yes needs it.
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""

    def told(self) -> Told:
        """Return the plain value."""
        return Told(
            address=self.address,
            purpose=self.purpose,
            given=self.given,
            source=self.source,
            text_version=self.text_version,
            note=self.note,
        )
