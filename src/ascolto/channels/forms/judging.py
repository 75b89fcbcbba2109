"""The answer to the one question, however somebody came to it: read, and kept once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascolto import conversations
from ascolto.channels.forms.filled import ANSWER_LIMIT, Problem, field_of
from ascolto.channels.forms.talk_shown import SCORES
from ascolto.conversations.errors import AlreadySurveyed
from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody answered, and what is wrong with it by field."""

    score: str
    text: str
    problems: dict[str, Problem]

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Judgement":
        """Read the fields of the question's form."""
        score, text = field_of(fields, "score"), field_of(fields, "text").strip()
        problems: dict[str, Problem] = {}
        if score not in {str(one) for one in SCORES}:
            problems["score"] = ("need_score", {})
        if len(text) > ANSWER_LIMIT:
            problems["text"] = ("long_text", {"n": str(ANSWER_LIMIT)})
        return cls(score, text, problems)

    async def keep(self, tx: Tx, *, conversation_id: str) -> bool:
        """Keep an answer in which nothing is wrong; False when there was one already."""
        try:
            await conversations.survey(
                tx, conversation_id=conversation_id, score=int(self.score), text=self.text
            )
        except AlreadySurveyed:
            return False
        return True
