"""Every declared setting has a name in the desk's words, in every language."""

import re
from pathlib import Path

from ascolto.tenancy.settings import all_declared
from ascolto.web.describe import permissions

ADMIN = Path(__file__).parents[2] / "web" / "desk" / "src" / "features" / "admin"
_NAMED = re.compile(r'"([a-z_.]+)": msg\("(admin\.set\.[a-z_]+)"\)')
_WORDS = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)


def test_every_setting_has_a_name_in_every_language() -> None:
    assert permissions()  # the whole product is loaded: every room has declared its settings
    named = dict(_NAMED.findall((ADMIN / "settings.tsx").read_text("utf-8")))
    assert {setting.key for setting in all_declared()} - set(named) == set()
    catalogues = sorted(ADMIN.glob("*.po"))
    assert len(catalogues) >= 2
    for catalogue in catalogues:
        words = dict(_WORDS.findall(catalogue.read_text("utf-8")))
        assert [key for key, word in named.items() if not words.get(word)] == [], catalogue.name
