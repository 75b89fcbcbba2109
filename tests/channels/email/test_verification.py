"""Our own look at a sender: signatures that were really made, policies, and forgeries."""

import base64
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ascolto.channels.email.mail import read_mail
from ascolto.channels.email.verification import LARGEST, Peer, verify_sender
from support.zone import Zone, zone

IP = "203.0.113.5"
MAIL = (
    b"From: Ada <ada@banca.example>\r\nTo: aiuto@luce.example\r\nSubject: Estratto\r\n"
    b"Date: Mon, 2 Nov 2026 10:00:00 +0100\r\nMessage-ID: <e@banca.example>\r\n\r\nEcco.\r\n"
)


@cache
def key() -> tuple[bytes, str]:
    """Return a key as it is signed with, and as a domain shows it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(
    raw: bytes = MAIL, *, domain: str = "banca.example", algorithm: str = "", length: bool = False
) -> bytes:
    by = {"signature_algorithm": algorithm.encode()} if algorithm else {}
    made: bytes = dkim.sign(raw, b"s1", domain.encode(), key()[0], length=length, **by)
    return made + raw


def names(*more: str, away: tuple[str, ...] = ()) -> Zone:
    shown = [f"s1._domainkey.{one} TXT {key()[1]}" for one in (
        "banca.example", "posta.banca.example", "ladro.example",
    )]  # fmt: skip
    return zone(*shown, *more, away=away)


def found(
    raw: bytes, *more: str, sender: str = "ada@banca.example", away: tuple[str, ...] = ()
) -> dict[str, str]:
    peer = Peer(IP, "mx.banca.example", sender)
    return verify_sender(read_mail(raw), raw, peer, names(*more, away=away))


STRICT = "_dmarc.banca.example TXT v=DMARC1; p=reject; adkim=s; aspf=s"
# A mail that a list passed on, sealed by the list's key (whose other half nobody has any more).
SEALERS_KEY = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDvW+ekF2XlY9eU63ginSYKZa+ZKYHcR67tm0R5kkUfaLx3uohPa4r8aq+TZrQfN3Hm/6Ni"
    "RjLgtOu+AO628lSGptoaSr9EzZ9DEOdLDTugqwMzOppGfc0V2nhgXnnUxyS76tb5EJRu+x9AP4gMHL2UEwDcv+G85KK9ZsvUm8G/QQIDAQAB"
)
SEALED = """ARC-Seal: i=1; cv=none; a=rsa-sha256; d=lista.example; s=s1;
 t=1793600000;
 b=iXslT7n9mXftNyc7UYjEHIVgGNwSp9Cf/7pQx+OquahRwZZR6ktaTT8fOsTG/B2qP6VIK
 X7YFh1qxew9pO5IEYsSFLJMIvzjEAma+KcioWq3f7yYSGUPWDNaAWxZH9eS6jsstpGhVX+Q
 ylSSzup6J60ACUw+KRbQkM0TqGIZM7w=
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed;
 d=lista.example; s=s1; t=1793600000; h=from : to : subject : date :
 message-id : from; bh=eCcJN4NmV+gZOmNp1hWkqx9gRYiLz9AC9RqeFLUXmK8=;
 b=2coMTJGZ8W3PiluPtBskJmPkNLtfa1XmQhsj9NbOxdqv+DFWJq/a7utJmCgXckUcUUWmj
 Nh1gJcIfPU7+jssMcjGjjCzriu1k5t+wlx4DKdb6pJo1NpHfWzOZkpKueyh84xzjQzOH+Sj
 bjPilj0DIn8PQ+h0SiPH/GT0EBA33A0=
ARC-Authentication-Results: i=1; mx.luce.example;
 spf=pass smtp.mailfrom=banca.example
Authentication-Results: mx.luce.example; spf=pass smtp.mailfrom=banca.example
From: Ada <ada@banca.example>
To: aiuto@luce.example
Subject: Estratto
Date: Mon, 2 Nov 2026 10:00:00 +0100
Message-ID: <e@banca.example>

Ecco.
"""
LOOSE = "_dmarc.banca.example TXT v=DMARC1; p=none"
SPF = f"banca.example TXT v=spf1 ip4:{IP} -all"


def test_a_signature_of_the_senders_domain_vouches_for_them() -> None:
    assert found(signed(), STRICT) == {"spf": "none", "dkim": "pass", "dmarc": "pass"}


def test_the_right_server_vouches_for_a_sender_without_a_signature() -> None:
    assert found(MAIL, LOOSE, SPF) == {"spf": "pass", "dkim": "none", "dmarc": "pass"}


def test_a_forged_text_breaks_the_signature_and_with_it_the_word_for_the_sender() -> None:
    forged = signed().replace(b"Ecco.", b"Ecco, paghi qui.")
    assert found(forged, STRICT) == {"spf": "none", "dkim": "fail", "dmarc": "fail"}


def test_a_thiefs_own_signature_and_server_vouch_for_the_thief_alone() -> None:
    spf = f"ladro.example TXT v=spf1 ip4:{IP} -all"
    said = found(signed(domain="ladro.example"), LOOSE, spf, sender="x@ladro.example")
    assert said == {"spf": "pass", "dkim": "pass", "dmarc": "fail"}


@pytest.mark.parametrize(("policy", "wanted"), [(LOOSE, "pass"), (STRICT, "fail")])
def test_a_name_below_the_senders_vouches_where_the_policy_is_not_strict(
    policy: str, wanted: str
) -> None:
    assert found(signed(domain="posta.banca.example"), policy)["dmarc"] == wanted


def test_the_policy_of_the_organisation_counts_for_the_names_below_it() -> None:
    raw = MAIL.replace(b"ada@banca.example", b"ada@crm.banca.example")
    assert found(signed(raw), LOOSE)["dmarc"] == "pass"
    # A suffix under which strangers stand makes none of them the other's kin.
    suffix = "_dmarc.example TXT v=DMARC1; psd=y"
    said = found(signed(domain="ladro.example"), suffix)
    assert said["dmarc"] in ("fail", "none")


def test_without_a_policy_nobody_is_vouched_for() -> None:
    assert found(signed(), SPF)["dmarc"] == "none"


@pytest.mark.parametrize(
    "written",
    [b"From: a@banca.example\r\nFrom: b@ladro.example\r\n",
     b"From: a@banca.example, b@ladro.example\r\n", b"From: nessuno\r\n"],
)  # fmt: skip
def test_of_several_senders_or_none_nobody_is_vouched_for(written: bytes) -> None:
    raw = written + MAIL.partition(b"\r\n")[2]
    assert found(raw, LOOSE, SPF)["dmarc"] == "permerror"


def test_a_signature_by_the_broken_hash_is_none() -> None:
    assert found(signed(algorithm="rsa-sha1"), LOOSE)["dkim"] == "fail"


# Lines that end the headers for us and are headers to who checks signatures.
OVERLONG = (b"y" * 120 + b": Paghi qui.\r\n") * 6


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Whoever checks the signature sees the thief's From; we would show the bank's.
        (b"From: Ada <ada@banca.example>\r\n",
         b"From : Ada <ada@banca.example>\r\n" + OVERLONG + b"From: x@ladro.example\r\n"),
        # They read on where our headers end, or pass over what we would show as the text.
        (b"Subject:", OVERLONG + b"Subject:"),
        (b"\r\n\r\n", b"\r\nFrom domani si paga altrove.\r\n\r\n"),
        (b"\r\n\r\n", b"\r\nSubject : Paghi qui.\r\n\r\n"),
    ],
)  # fmt: skip
def test_a_signature_counts_only_where_two_readers_see_one_mail(
    before: bytes, after: bytes
) -> None:
    said = found(signed().replace(before, after), LOOSE)
    assert said["dkim"] in ("neutral", "none")
    assert said["dmarc"] == "fail"


def test_a_signature_on_a_from_that_only_its_checker_sees_vouches_for_nobody() -> None:
    hidden = OVERLONG + b"From: x@banca.example\r\n" + MAIL.partition(b"\r\n")[2]
    raw = b"From : Ada <ada@banca.example>\r\n" + signed(hidden)
    said = found(raw, LOOSE)
    assert (said["dkim"], said["dmarc"]) == ("neutral", "fail")


def test_a_signature_on_the_beginning_of_a_text_is_none() -> None:
    said = found(signed(length=True) + b"Paghi qui.\r\n", LOOSE)
    assert (said["dkim"], said["dmarc"]) == ("none", "fail")


def test_silence_is_no_judgement() -> None:
    said = found(signed(), LOOSE, away=("s1._domainkey.banca.example", "banca.example"))
    assert (said["spf"], said["dkim"]) == ("temperror", "temperror")
    assert found(signed(), away=("_dmarc.banca.example",))["dmarc"] == "temperror"


def test_a_chain_of_those_who_passed_it_on_is_looked_at() -> None:
    raw = SEALED.replace("\n", "\r\n").encode()
    shown = f"s1._domainkey.lista.example TXT v=DKIM1; k=rsa; p={SEALERS_KEY}"
    assert found(raw, LOOSE, shown)["arc"] == "pass"
    assert found(raw.replace(b"Ecco.", b"Altro."), LOOSE, shown)["arc"] == "fail"


def test_nonsense_in_signatures_breaks_nothing() -> None:
    for junk in (b"", b"v=1; a=rsa-sha256; d=; s=;", b"v=1; l=99999999999; b==", b"\xff" * 50):
        raw = b"DKIM-Signature: " + junk + b"\r\nARC-Seal: i=1; " + junk + b"\r\n" + MAIL
        said = found(raw, LOOSE)
        assert (said["dkim"], said["arc"]) == ("fail", "fail")


def test_what_is_said_to_be_asked_soon_is_what_is_asked() -> None:
    raw = signed(MAIL.replace(b"ada@banca", b"ada@a.posta.banca"))
    asked = names()
    verify_sender(read_mail(raw), raw, Peer(IP, "mx.banca.example", "ada@banca.example"), asked)
    assert len(asked.expected) == 6
    assert set(asked.expected) == set(asked.asked)


def test_a_signature_on_a_mail_too_large_to_be_judged_is_said_to_be_unchecked() -> None:
    large = signed() + b"x\r\n" * (LARGEST // 3)
    said = found(large, LOOSE)
    assert (said["dkim"], said["dmarc"]) == ("too_large", "too_large")
    assert found(MAIL + b"x\r\n" * (LARGEST // 3), LOOSE)["dkim"] == "none"
