"""SPF as RFC 7208 has it: its own examples, its limits, and what goes wrong."""

import pytest

from ascolto.channels.email.spf import check_spf
from support.zone import Zone, zone

# The zone of RFC 7208, appendix A.
EXAMPLE = (
    "example.com A 192.0.2.10",
    "example.com A 192.0.2.11",
    "example.com MX mail-a.example.com",
    "example.com MX mail-b.example.com",
    "amy.example.com A 192.0.2.65",
    "bob.example.com A 192.0.2.66",
    "mail-a.example.com A 192.0.2.129",
    "mail-b.example.com A 192.0.2.130",
    "example.org MX mail-c.example.org",
    "mail-c.example.org A 192.0.2.140",
)


def asked(record: str, ip: str, *more: str, sender: str = "strong-bad@example.com") -> str:
    names = zone(*EXAMPLE, f"{sender.rpartition('@')[2]} TXT {record}", *more)
    return check_spf(ip, mail_from=sender, helo="mx.example.net", names=names)[0]


@pytest.mark.parametrize(
    ("record", "passes", "fails"),
    [
        ("v=spf1 +all", "192.0.2.129", None),
        ("v=spf1 a -all", "192.0.2.10", "192.0.2.65"),
        ("v=spf1 a:example.org -all", None, "192.0.2.10"),
        ("v=spf1 mx -all", "192.0.2.129", "192.0.2.10"),
        ("v=spf1 mx:example.org -all", "192.0.2.140", "192.0.2.130"),
        ("v=spf1 mx mx:example.org -all", "192.0.2.140", "192.0.2.10"),
        ("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131", "192.0.2.132"),
        ("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.129", "192.0.2.65"),
        ("v=spf1 ip6:2001:db8::/32 a//64 -all", "2001:db8::7", "2001:db9::7"),
        ("v=spf1 -ip4:192.0.2.1 +ALL", "192.0.2.2", "192.0.2.1"),
    ],
)
def test_the_examples_of_the_standard_pass_and_fail_as_it_says(
    record: str, passes: str | None, fails: str | None
) -> None:
    if passes:
        assert asked(record, passes) == "pass"
    if fails:
        assert asked(record, fails) == "fail"


def test_what_is_included_redirected_or_asked_by_macros_counts() -> None:
    more = ("_spf.example.net TXT v=spf1 ip4:198.51.100.7 -all",)
    assert asked("v=spf1 include:_spf.example.net ~all", "198.51.100.7", *more) == "pass"
    assert asked("v=spf1 include:_spf.example.net ~all", "198.51.100.8", *more) == "softfail"
    assert asked("v=spf1 redirect=_spf.example.net", "198.51.100.8", *more) == "fail"
    macro = "v=spf1 exists:%{ir}.%{v}.%{l1r-}._spf.%{d2} -all"
    exists = "3.2.0.192.in-addr.strong._spf.example.com A 127.0.0.2"
    assert asked(macro, "192.0.2.3", exists) == "pass"
    assert asked(macro, "192.0.2.4", exists) == "fail"


def test_an_empty_sender_is_judged_by_the_servers_own_name() -> None:
    names = zone("mx.example.net TXT v=spf1 ip4:192.0.2.1 -all")
    said = check_spf("192.0.2.1", mail_from="<>", helo="mx.example.net", names=names)
    assert said == ("pass", "mx.example.net")


@pytest.mark.parametrize(
    "record",
    ["v=spf1 a:", "v=spf1 ip4:1.2.3 -all", "v=spf1 nonsense -all", "v=spf1 include:nobody.example",
     "v=spf1 include:example.com -all", "v=spf1 a:x.e.it a:y.e.it a:z.e.it -all",
     "v=spf1 " + "a " * 11 + "-all", "v=spf1 redirect=nobody.example", "v=spf1 ip6:1.2.3.4 -all"],
)  # fmt: skip
def test_a_record_that_is_wrong_or_asks_too_much_is_an_error_for_good(record: str) -> None:
    assert asked(record, "203.0.113.9") == "permerror"


def test_a_term_counts_once_as_one_that_leads_nowhere() -> None:
    more = [f"molti.e.it MX m{n}.e.it" for n in range(5)]
    assert asked("v=spf1 mx:molti.e.it ip4:203.0.113.9 -all", "203.0.113.9", *more) == "pass"
    three = "v=spf1 mx:molti.e.it a:x.e.it a:y.e.it ip4:203.0.113.9 -all"
    assert asked(three, "203.0.113.9", *more) == "permerror"


def test_a_name_that_cannot_be_is_asked_of_nobody_and_matches_nothing() -> None:
    names = zone(f"e.it TXT v=spf1 a:{'x' * 64}.e.it exists:a..e.it ip4:203.0.113.9 -all")
    said = check_spf("203.0.113.9", mail_from="a@e.it", helo="h", names=names)
    assert said == ("pass", "e.it")
    assert names.asked == [("e.it", "TXT")]


def test_two_records_none_and_silence_are_told_apart() -> None:
    two = ("e.it TXT v=spf1 -all", "e.it TXT v=spf1 +all")
    for names, wanted in (
        (zone(*two), "permerror"),
        (zone("e.it TXT other"), "none"),
        (zone(away=("e.it",)), "temperror"),
    ):
        assert check_spf("203.0.113.9", mail_from="a@e.it", helo="h", names=names)[0] == wanted
    assert check_spf("203.0.113.9", mail_from="a@e it", helo="h", names=Zone())[0] == "none"


def test_no_record_makes_us_ask_without_end() -> None:
    loop = [f"l{n}.it TXT v=spf1 include:l{n + 1}.it include:l{n + 2}.it -all" for n in range(60)]
    names = zone(*loop)
    assert check_spf("203.0.113.9", mail_from="a@l0.it", helo="h", names=names)[0] == "permerror"
    assert len(names.asked) < 15
