"""A mail that a stranger's server hands to our own door: we look into its sender ourselves."""

import pytest

from ascolto import conversations
from ascolto.channels import store_mail_in
from ascolto.channels.mailroom.intake import Intake
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.ids import new_id
from ascolto.kit.settings import Settings
from support.post import Mailroom, a_mail
from support.zone import Zone, zone

AFAR, HOME = "93.184.216.34", "10.0.0.7"
VOUCHED = (
    f"posta.example TXT v=spf1 ip4:{AFAR} -all",
    "_dmarc.posta.example TXT v=DMARC1; p=reject",
)


def in_an_envelope(**headers: str) -> bytes:
    """Return a mail of anybody's that says it is certified mail and carries one of Carla's."""
    outer = a_mail(sender="ladro@posta.example", mail_id="busta@posta.example", **headers)
    head = outer.partition(b"Content-Type:")[0]
    return (
        head + b"X-Trasporto: posta-certificata\r\nContent-Type: multipart/mixed; boundary=b\r\n"
        b"\r\n--b\r\nContent-Type: message/rfc822; name=postacert.eml\r\n\r\n"
        + a_mail(sender="Il Sindaco <sindaco@comune.example>")
        + b"\r\n--b--\r\n"
    )


async def handed_over(
    room: Mailroom, names: Zone, *, peer: str, raw: bytes | None = None
) -> dict[str, object]:
    """Store a mail as the door does and take it in; return what its message says of it."""
    raw = raw or a_mail()
    mail = NewMail(
        id=new_id(), raw=raw, sha256=digest(raw), envelope_from="carla@posta.example", peer=peer,
        helo="mx.posta.example",
    )  # fmt: skip
    async with room.desk.as_system() as tx:
        await store_mail_in.add_mails(tx, room.channel, source="smtp", mails=[mail])
    await Intake(room.desk.database, Settings(data=room.data), names=lambda: names).round()
    (taken,) = await room.incoming("taken")
    async with room.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(taken.message_id))
    assert message is not None
    return dict(message.meta["mail"])


async def test_a_sender_whose_domain_vouches_for_the_server_is_verified(mailroom: Mailroom) -> None:
    said = await handed_over(mailroom, zone(*VOUCHED), peer=AFAR)
    assert said["checks"] == {"spf": "pass", "dkim": "none", "dmarc": "pass"}
    assert said["verified"] is True


async def test_a_sender_whose_domain_does_not_is_shown_as_unverified(mailroom: Mailroom) -> None:
    said = await handed_over(mailroom, zone(*VOUCHED), peer="93.184.216.35")
    assert said["checks"] == {"spf": "fail", "dkim": "none", "dmarc": "fail"}
    assert said["verified"] is False


async def test_who_vouches_for_an_envelope_does_not_vouch_for_the_sender_of_what_it_carries(
    mailroom: Mailroom,
) -> None:
    said = await handed_over(mailroom, zone(*VOUCHED), peer=AFAR, raw=in_an_envelope())
    assert said["from"] == "sindaco@comune.example"
    assert said["checks"] == {"spf": "pass", "dkim": "none", "dmarc": "pass"}
    assert said["verified"] is False


async def test_our_own_servers_word_on_an_envelope_is_none_on_what_it_carries(
    mailroom: Mailroom,
) -> None:
    await mailroom.change(trusted_hop="mx.luce.example")
    raw = in_an_envelope(Authentication_Results="mx.luce.example; dmarc=pass")
    said = await handed_over(mailroom, zone(), peer=AFAR, raw=raw)
    assert said["from"] == "sindaco@comune.example"
    assert (said["checks"], said["verified"]) == ({"dmarc": "pass"}, False)


@pytest.mark.parametrize("trusted", ["", "mx.luce.it"])
async def test_behind_a_server_of_our_own_nobody_is_asked(mailroom: Mailroom, trusted: str) -> None:
    await mailroom.change(trusted_hop=trusted)
    names = zone(*VOUCHED)
    said = await handed_over(mailroom, names, peer=AFAR if trusted else HOME)
    assert (said["checks"], names.asked) == ({}, [])


async def test_a_resolver_that_fails_us_costs_the_mail_nothing(mailroom: Mailroom) -> None:
    class Broken(Zone):
        def look_up(self, name: str, kind: str) -> list[str]:
            raise RuntimeError(name + kind)

    said = await handed_over(mailroom, Broken(), peer=AFAR)
    assert (said["checks"], said["verified"]) == ({}, False)


async def test_the_door_remembers_who_came(mailroom: Mailroom) -> None:
    await mailroom.deliver(a_mail())
    (mail,) = await mailroom.incoming()
    assert mail.peer == "127.0.0.1"
    assert mail.helo
