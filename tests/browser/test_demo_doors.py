"""Two doors of the demo show what is rarely seen: the answer out of hours, and overflow."""

from support.browsing import until
from support.desk import Writer
from support.running import RunningServer


def told(writer: Writer) -> list[str]:
    """Return what the house has said by itself."""
    answer = writer.http.get(
        f"{writer.url}/public/v1/conversation/messages",
        headers={"authorization": f"Bearer {writer.token}"},
    )
    return [one["text"] for one in answer.json()["items"] if one["author"]["kind"] == "system"]


def test_who_writes_to_the_closed_door_is_told_so_at_once(
    house: RunningServer, writer: Writer
) -> None:
    writer.begin("Quando riaprite?", key="aurelia-sede")
    assert any("Ora siamo chiusi" in text for text in told(writer))


def test_what_nobody_takes_goes_on_to_others_and_the_customer_is_told(
    house: RunningServer, writer: Writer
) -> None:
    writer.begin("Il contatore gira da solo", key="aurelia-contatori")
    until(
        lambda: any("chiesto aiuto ad altri colleghi" in text for text in told(writer)),
        lambda: f"it did not overflow: {told(writer)}",
    )
