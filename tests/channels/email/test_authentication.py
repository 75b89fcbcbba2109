"""What our own server found out about a sender: nothing that the sender can write counts."""

import pytest

from ascolto.channels.email.authentication import sender_checks
from ascolto.channels.email.mail import read_mail

HOP = "mx.nostra.example"


def checks(line: str) -> dict[str, str]:
    raw = f"Authentication-Results: {HOP};{line}\r\nFrom: a@b.example\r\n\r\nSalve\r\n"
    return sender_checks(read_mail(raw.encode()), HOP)


def test_of_several_signatures_the_one_that_passed_stands() -> None:
    found = checks(" dkim=fail header.d=x.example; dkim=pass header.d=b.example; spf=pass")
    assert found == {"dkim": "pass", "spf": "pass"}


@pytest.mark.parametrize(
    "line",
    [
        ' spf=pass smtp.mailfrom="a;dmarc=pass b"@evil.example; dmarc=fail header.from=b.example',
        ' spf=pass smtp.mailfrom="a\\";dmarc=pass b"@evil.example; dmarc=fail',
        " spf=pass (sender;dmarc=pass) smtp.mailfrom=x; dmarc=fail",
        " dmarc=pass smtp.mailfrom=x; dmarc=fail header.from=b.example",
    ],
)
def test_a_result_that_a_sender_wrote_into_an_address_is_none(line: str) -> None:
    assert checks(line)["dmarc"] == "fail"
