"""A whole channel: letters arrive as files in one folder, answers leave as files in another.

    ASCOLTO_URL=… ASCOLTO_TOKEN=… ASCOLTO_CHANNEL=… python channel_by_file.py letters/ answers/

A letter is a text file named `<customer>.<anything>.txt`. Replace `read_letters` and `carry` with
your own network's way of receiving and sending, and you have another channel.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Ascolto:
    """The four calls that a channel needs."""

    def __init__(self, url: str, token: str, channel_id: str) -> None:
        """Take the server's address, a token with the scope channels.deliver, and a channel."""
        self._base = f"{url}/api/v1/channels/{channel_id}"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def hand_in(self, *, thread: str, external_id: str, text: str) -> None:
        """Hand in a customer's message; doing it twice changes nothing, so try until it works."""
        sender = {"kind": "external", "value": thread, "name": thread.title(), "verified": True}
        body = {"thread": thread, "external_id": external_id, "from": sender, "text": text}
        self._call("POST", "/inbound", body)

    def fetch(self, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """Wait up to 20 seconds for answers after a cursor."""
        page = self._call("GET", f"/outbound?cursor={cursor}&wait_s=20")
        return page["items"], str(page["next_cursor"])

    def report(self, message_id: str, *, delivered: bool) -> None:
        """Say what became of an answer; the operator sees it."""
        delivery = "delivered" if delivered else "failed"
        self._call("POST", "/deliveries", {"message_id": message_id, "delivery": delivery})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        pause = 0.5
        while True:
            request = urllib.request.Request(
                self._base + path, data=data, headers=self._headers, method=method
            )
            try:
                with urllib.request.urlopen(request, timeout=40) as answer:
                    text = answer.read()
                    return json.loads(text) if text else None
            except urllib.error.HTTPError as refused:
                if refused.code != 429 and refused.code < 500:
                    raise  # our own mistake: trying again would not help
            except OSError:
                pass  # the line or the server is down for a moment
            time.sleep(pause)
            pause = min(pause * 2, 30)


def read_letters(folder: Path) -> Iterator[tuple[str, str, str, Path]]:
    """Yield customer, a number of our own for the letter, its text and where it lies."""
    for path in sorted(folder.glob("*.txt")):
        yield path.name.partition(".")[0], path.name, path.read_text("utf-8").strip(), path


def carry(answers: Path, answer: dict[str, Any]) -> None:
    """Bring an answer to its customer."""
    target = answers / f"{answer['thread']}.{answer['seq']}.txt"
    target.write_text(f"{answer['author']['name']}: {answer['text']}\n", "utf-8")


def work(ascolto: Ascolto, letters: Path, answers: Path) -> None:
    """Go once around: hand in what came, carry what was answered, remember how far."""
    for customer, number, text, path in read_letters(letters):
        ascolto.hand_in(thread=customer, external_id=number, text=text)
        path.rename(path.with_suffix(".done"))
    place = answers / ".cursor"
    cursor = place.read_text("utf-8") if place.exists() else "0"
    items, after = ascolto.fetch(cursor)
    for answer in items:
        carry(answers, answer)
        ascolto.report(answer["message_id"], delivered=True)
    place.write_text(after, "utf-8")


def main() -> None:
    """Work for ever."""
    letters, answers = Path(sys.argv[1]), Path(sys.argv[2])
    env = os.environ
    ascolto = Ascolto(env["ASCOLTO_URL"], env["ASCOLTO_TOKEN"], env["ASCOLTO_CHANNEL"])
    while True:
        work(ascolto, letters, answers)


if __name__ == "__main__":
    main()
