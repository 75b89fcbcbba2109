"""Replies as mail programs of other languages write them."""

import pytest

from ascolto.channels.email.replies import split

NEW = "Test reply, thanks a lot.\nSecond line"
OLD = "Old text here.\nMore of it."
INTRODUCTIONS = [
    "On Mon, 2 Apr 2026 at 10:00, Joe Bloggs <joe@example.org> wrote:",
    'On Mar 3, 2026 10:00, "Joe" <joe@example.org> wrote:',
    "Joe Bloggs <joe@example.org> wrote on 03/04/2026 10:00:00:",
    "\u202aOn Tue, Mar 3, 2026 at 10:00 AM \u202aJoe\u202c <joe@example.org> wrote:\u202c",
    "Quoting Joe Bloggs <joe@example.org>:",
    "Am 25.03.2026 um 10:00 schrieb Max Muster:",
    "Max <max@example.org> schrieb am Mi., 25. März 2026, 10:00:",
    "Le 02.10.2026 11:13, Anne a écrit :",
    "El mié., 3 mar. 2026 a las 10:00, Juan (<juan@example.org>) escribió:",
    "Em seg., 3 de mar. de 2026 às 10:00, João <joao@example.org> escreveu:",
    "Op 13-02-2026 3:18 schreef Jan Jansen <jan@example.org>:",
    "Den ons 3 mars 2026 kl 10:00 skrev Sven <sven@example.org>:",
    "Dnia 8 wrz 2026 o godz. 10:00 Jan <jan@example.org> napisał(a):",
    "Dne st 3. 3. 2026 10:00 uživatel Jan <jan@example.org> napsal:",
    "3 марта 2026 г., 10:00 пользователь Иван <ivan@example.org> написал:",
    "ср, 3 мар. 2026 г. в 10:00, Иван <ivan@example.org>:",
    "Vào 14:24 8 tháng 6, 2026, Xyz <xyz@example.org> đã viết:",
    "2026年3月3日(水) 10:00 Taro <taro@example.org>:",
]
BLOCKS = [
    "From: Joe\nSent: Tuesday\nTo: Ada\nSubject: Bill",
    "------------------------------\n*From:* Joe\n*Sent:* Tuesday\n*To:* a\n*Subject:* Bill",
    "Von: Max\nGesendet: Dienstag\nAn: Ada\nBetreff: Rechnung",
    "De : Anne\nEnvoyé : mardi\nÀ : Ada\nObjet : facture",
    "De: Juan\nEnviado el: martes\nPara: Ada\nAsunto: factura",
    "Fra: Ole\nSendt: 3. marts\nTil: Per\nEmne: Hej",
    "Od: Jan\nWysłano: 3 marca\nDo: Piotr\nTemat: x",
    "От: Иван\nОтправлено: 3 марта\nКому: Пётр\nТема: x",
    "发件人: a\n发送时间: b\n收件人: c\n主题: d",
    "差出人: a\n日付: 3\n宛先: c\n件名: d",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("mark", ["", "> "])
def test_what_follows_an_introduction_is_quoted(introduction: str, mark: str) -> None:
    old = "\n".join(f"{mark}{line}" for line in OLD.splitlines())
    assert split(f"{NEW}\n\n{introduction}\n\n{old}\n").visible == NEW


@pytest.mark.parametrize("block", BLOCKS)
def test_what_follows_a_header_block_is_quoted(block: str) -> None:
    assert split(f"{NEW}\n\n{block}\n\n{OLD}\n").visible == NEW
