"""To whom a mail goes, as a request says it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.conversations.model import Envelope

# As strict as what a mail server takes without quoting; no name beside it, no way to add a line.
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
    ),
]


class EnvelopeBody(BaseModel):
    """To whom a mail goes. Whoever stands in `bcc` is seen by nobody else."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[list[Address], Field(min_length=1, max_length=50)]
    cc: Annotated[list[Address], Field(max_length=50)] = []
    bcc: Annotated[list[Address], Field(max_length=50)] = []

    def given(self) -> Envelope:
        """Return each address once, in the first place it stands in."""
        to = tuple(dict.fromkeys(self.to))
        cc = tuple(one for one in dict.fromkeys(self.cc) if one not in to)
        bcc = tuple(one for one in dict.fromkeys(self.bcc) if one not in (*to, *cc))
        return Envelope(to, cc, bcc)
