"""A catalogue that is put beside the others is a language: no line of code knows its name."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import ascolto

HOME = Path(ascolto.__file__).parent

SPEAKS = """
import json
from ascolto.channels.email.settings import EmailSettings
from ascolto.channels.forms.parts import page
from ascolto.channels.forms.words import Reader, preferred
from ascolto.channels.model import WebchatSettings
from ascolto.channels.webchat.texts import Words
from ascolto.conversations.countries import said
from ascolto.identity.mails import password_letter
from ascolto.identity.views import AccountChange
from ascolto.kit.words import LANGUAGES

settings = WebchatSettings(texts={"fr": {"greeting": "Bonjour"}})
words = Words.of(settings, language="fr-FR", client_name="Aurelia")
reader = Reader("fr", brand="Aurelia")
letter = password_letter(purpose="reset", locale="fr", name="Ada", organisation="O", link="L")
print(json.dumps({
    "languages": LANGUAGES,
    "wished": preferred("fr-CH, it;q=0.5"),
    "mailbox": EmailSettings(address="a@example.org", language="fr").language,
    "page": page(reader, title=reader.say("form_title"), path="/help/k"),
    "chat": [words.language, *map(words.say, ("greeting", "title", "closed_for_now"))],
    "notice": said("country", language="fr", country="AL"),
    "letter": letter.subject,
    "account": AccountChange(locale="fr", v=1).locale,
}))
"""


def test_a_third_language_is_offered_accepted_and_written_in(tmp_path: Path) -> None:
    copy = tmp_path / "ascolto"
    shutil.copytree(HOME, copy, ignore=shutil.ignore_patterns("static", "__pycache__"))
    english = (copy / "words" / "en.po").read_text("utf-8")
    french = re.sub(r'^(msgstr ")(?=.+"$)', r"\1«fr» ", english, flags=re.MULTILINE)
    lacking = 'msgid "chat.closed_for_now"\n'
    assert lacking in french
    french = french.replace(lacking, "#, fuzzy\n" + lacking)
    (copy / "words" / "fr.po").write_text(french, "utf-8")

    done = subprocess.run(
        [sys.executable, "-c", SPEAKS],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert not done.returncode, done.stderr
    found = json.loads(done.stdout)
    assert found["languages"] == ["it", "en", "fr"]
    assert found["wished"] == found["mailbox"] == found["account"] == "fr"
    assert found["page"].startswith('<!doctype html>\n<html lang="fr">')
    assert "<h1>«fr» Write to Aurelia</h1>" in found["page"]
    assert '<a href="/help/k?lang=it" lang="it" hreflang="it">Italiano</a>' in found["page"]
    assert found["chat"][:3] == ["fr", "Bonjour", "«fr» Chat with Aurelia"]
    assert found["chat"][3].startswith("We are closed right now.")
    assert found["notice"] == "«fr» The person who answers you is now in: «fr» Albania."
    assert found["letter"] == "«fr» Choose a new password"
