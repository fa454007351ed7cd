"""The port to what a workspace's documents say."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    """What the documents say to a question.

    - `sentences`: word for word from the document `source`, ready to be said; none for a refusal.
    - `is_doubtful`: they may be about something else.
    """

    sentences: tuple[str, ...] = ()
    source: str = ""
    is_doubtful: bool = False

    @property
    def is_refusal(self) -> bool:
        return not self.sentences


class Retriever(Protocol):
    """Answers viewers' questions from documents. It promises to be quick and never to raise."""

    async def answer(self, question: str, language: str) -> DocumentAnswer | None:
        """Return what the documents say, a refusal for a question that they should answer and do not.

        None: the line is no question for them, or there are none.
        """
