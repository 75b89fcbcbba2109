"""Senders whose names are slow hold up nobody but themselves, and those not for long."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.resolver
import pytest

from ascolto.channels import store_mail_in
from ascolto.channels.email.names import Kind, NamesAway
from ascolto.channels.mailroom import naming
from ascolto.channels.mailroom.intake import Intake
from ascolto.channels.mailroom.naming import Silent, SystemNames
from ascolto.channels.mailroom.portions import BATCH
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.ids import new_id
from ascolto.kit.settings import Settings
from support.post import Mailroom, a_mail

AFAR = "93.184.216.34"


class Resolver:
    """A resolver that has no answer: it waits for as long as it may, or says so at once."""

    def __init__(self, *, slow: str = "") -> None:
        self.slow = slow
        self.asked: list[str] = []

    def __call__(
        self, name: str, kind: str, *, lifetime: float, **_: object
    ) -> dns.resolver.Answer:
        del kind
        self.asked.append(name)
        if self.slow and name.endswith(self.slow):
            time.sleep(lifetime)
            raise dns.exception.Timeout
        raise dns.resolver.NXDOMAIN


def test_a_name_that_gave_no_answer_is_not_asked_again_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(naming, "_EACH_S", 0.01)
    silent, resolver = Silent(for_s=0.2), Resolver(slow=".it")
    for _ in range(3):
        with pytest.raises(NamesAway):
            SystemNames(silent=silent, resolve=resolver).look_up("lento.it", "TXT")
    assert resolver.asked == ["lento.it"]
    time.sleep(0.25)
    with pytest.raises(NamesAway):
        SystemNames(silent=silent, resolve=resolver).look_up("lento.it", "A")
    assert resolver.asked == ["lento.it", "lento.it"]


def test_no_more_silent_names_are_remembered_than_memory_bears() -> None:
    silent = Silent()
    for number in range(naming.MOST_SILENT + 5):
        silent.add(f"n{number}.it")
    assert "n4.it" not in silent
    assert "n5.it" in silent
    assert f"n{naming.MOST_SILENT + 4}.it" in silent


def test_a_batch_has_one_patience_for_all_that_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_EACH_S", 0.05)
    resolver = Resolver(slow=".it")
    names = SystemNames(patience_s=0.12, resolve=resolver)
    for number in range(20):
        with pytest.raises(NamesAway):
            names.look_up(f"n{number}.it", "A")
    assert len(resolver.asked) <= 3


def test_names_that_will_be_asked_for_are_asked_for_at_once() -> None:
    together = threading.Barrier(4, timeout=60)  # nobody gets an answer before four have asked

    def resolve(name: str, kind: str, **_: object) -> dns.resolver.Answer:
        del name, kind
        together.wait()
        raise dns.resolver.NXDOMAIN

    questions: list[tuple[str, Kind]] = [(f"n{number}.it", "TXT") for number in range(4)]
    with ThreadPoolExecutor(4) as askers:
        names = SystemNames(patience_s=120, resolve=resolve, askers=askers)
        names.expect(questions)
        names.expect(questions)
        assert [names.look_up(*one) for one in questions] == [[]] * 4


def test_a_name_behind_slow_ones_that_fill_every_asker_is_asked_for_all_the_same() -> None:
    release, gave_up = threading.Event(), threading.Event()
    asked: list[str] = []

    def resolve(name: str, kind: str, **_: object) -> dns.resolver.Answer:
        del kind
        asked.append(name)
        if name.endswith("lento.it"):
            release.wait(20)
            gave_up.set()
        raise dns.resolver.NXDOMAIN

    slow: list[tuple[str, Kind]] = [(f"n{number}.lento.it", "TXT") for number in range(4)]
    with ThreadPoolExecutor(2) as askers:
        names = SystemNames(patience_s=600, resolve=resolve, askers=askers)
        names.expect([*slow, ("onesta.it", "TXT")])
        assert names.look_up("onesta.it", "TXT") == []
        assert not gave_up.is_set()
        release.set()
    assert asked.count("onesta.it") == 1


@pytest.mark.parametrize("name", ["x" * 64 + ".it", "a..it", ".".join(["x" * 60] * 5)])
def test_a_name_that_cannot_be_has_nothing(name: str) -> None:
    resolver = Resolver()
    assert SystemNames(resolve=resolver).look_up(name, "TXT") == []
    assert resolver.asked == []


async def test_slow_senders_of_a_batch_are_waited_for_at_once(mailroom: Mailroom) -> None:
    slow = {f"n{number}.lento.example" for number in range(1, BATCH)}
    together = threading.Barrier(len(slow), timeout=60)  # none answers before all were asked

    def resolve(name: str, kind: str, **_: object) -> dns.resolver.Answer:
        if kind == "TXT" and name in slow:
            together.wait()
        raise dns.exception.Timeout

    mails = []
    for number in range(BATCH):
        at = f"carla@n{number}.lento.example" if number else "carla@posta.example"
        raw = a_mail(sender=at, mail_id=f"{number}@x.example")
        mails.append(
            NewMail(id=new_id(), raw=raw, sha256=digest(raw), envelope_from=at, peer=AFAR,
                    helo="mx.posta.example")
        )  # fmt: skip
    async with mailroom.desk.as_system() as tx:
        await store_mail_in.add_mails(tx, mailroom.channel, source="smtp", mails=mails)
    intake = Intake(
        mailroom.desk.database, Settings(data=mailroom.data),
        names=lambda: SystemNames(patience_s=600, resolve=resolve),
    )  # fmt: skip
    assert await intake.round() == BATCH
    assert not together.broken
    assert len(await mailroom.incoming("taken")) == BATCH
    intake.stop()
