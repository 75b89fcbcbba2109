"""What counts as an address that mail can be sent to: what a header takes as it is."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.forms.filled import is_email

# What means something to a header, among what does not.
_PIECES = st.text(st.sampled_from("ab.=?[]()\\:'é%\x00\x7f"), min_size=1, max_size=8)


@pytest.mark.parametrize(
    "address",
    [
        *("=?utf-8?q?a=0ab?=@c.example", "a(b)@c.example", "gruppo:a@b.example", "a@[b.example"),
        *(
            "a@[127.0.0.1]",
            "a\\b@c.example",
            "a\x00@b.example",
            "a@",
            "@b.example",
            "a b@c.example",
        ),
    ],
)
def test_what_a_header_reads_as_more_than_an_address_is_none(address: str) -> None:
    assert not is_email(address)


@pytest.mark.parametrize(
    "address", ["o'neil+luce@b-c.example", "a=b?@c.example", "città@è.example"]
)
def test_an_odd_address_is_an_address(address: str) -> None:
    assert is_email(address)


@given(_PIECES, _PIECES)
@settings(max_examples=200)
def test_a_header_takes_every_address_that_is_let_through(local: str, domain: str) -> None:
    address = f"{local}@{domain}.example"
    if is_email(address):
        message = EmailMessage()
        message["To"] = address
        message.set_content("")
        assert message.as_bytes()
