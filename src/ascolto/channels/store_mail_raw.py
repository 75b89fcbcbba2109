"""Statements on the bytes of mails that came: a large mail goes to the database and back in pieces.

A driver holds what it sends and what it is sent several times over; of a piece that is bearable.
"""

import io
from collections.abc import Sequence

from ascolto.kit.db import Tx

# What is longer than a piece goes in several. Each makes the database write all that it has of
# the mail anew, so few large ones are better than many.
PIECE = 8 << 20
# Coming back nothing is written: smaller ones cost the least memory.
_READ_PIECE = 1 << 20


async def write_rest(tx: Tx, mail_id: str, raw: bytes) -> None:
    """Write what stands behind the first piece of a mail, unless its row has no bytes: a copy."""
    whole = memoryview(raw)
    for at in range(PIECE, len(raw), PIECE):
        written = await tx.execute(
            "UPDATE channels.mail_in SET raw = raw || $3::bytea"
            " WHERE tenant_id = $1 AND id = $2 AND raw IS NOT NULL",
            tx.tenant_id, mail_id, whole[at : at + PIECE],
        )  # fmt: skip
        if not written:
            return


async def raws_of(tx: Tx, mail_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of mails, of a copy those of the first; forgotten ones are left out."""
    rows = await tx.fetch(
        "SELECT m.id, CASE WHEN m.raw IS NULL THEN m.copy_of ELSE m.id END AS holder,"
        " octet_length(coalesce(m.raw, f.raw)) AS size,"
        " CASE WHEN octet_length(coalesce(m.raw, f.raw)) <= $3 THEN coalesce(m.raw, f.raw) END"
        "  AS raw"
        " FROM channels.mail_in m"
        " LEFT JOIN channels.mail_in f ON f.tenant_id = m.tenant_id AND f.id = m.copy_of"
        " WHERE m.tenant_id = $1 AND m.id = ANY($2::uuid[])",
        tx.tenant_id, list(mail_ids), _READ_PIECE,
    )  # fmt: skip
    found: dict[str, bytes] = {}
    for row in rows:
        if row["size"] is None:
            continue
        raw = row["raw"]
        if raw is None:
            raw = await _in_pieces(tx, row["holder"], row["size"])
        if raw is not None:
            found[row["id"]] = raw
    return found


async def raw_of(tx: Tx, mail_id: str) -> bytes | None:
    """Return a mail's bytes, of a copy those of the first; None when there are none."""
    return (await raws_of(tx, [mail_id])).get(mail_id)


async def _in_pieces(tx: Tx, mail_id: str, size: int) -> bytes | None:
    # Its bytes become the result without being copied, which is so of no other way to join them.
    whole = io.BytesIO()
    for at in range(0, size, _READ_PIECE):
        piece = await tx.fetchval(
            "SELECT substring(raw FROM $3 FOR $4) FROM channels.mail_in"
            " WHERE tenant_id = $1 AND id = $2",
            tx.tenant_id, mail_id, at + 1, _READ_PIECE,
        )  # fmt: skip
        if piece is None:
            return None  # forgotten meanwhile
        whole.write(piece)
    return whole.getvalue()
