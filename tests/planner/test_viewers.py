import json
from contextlib import aclosing

from planner.stage.planner import Planner
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from planner.stage.viewers import MAX_GIFTS, ViewerBook
from tests.fakes.chat_model import FakeChatModel


def comment(text: str, viewer_id: str = "1") -> Turn:
    return Turn(TurnKind.COMMENT, "anna", "it", text=text, viewer_id=viewer_id)


def gift(name: str, count: int, viewer_id: str = "1") -> Turn:
    return Turn(TurnKind.GIFT, "anna", "it", gift_name=name, count=count, viewer_id=viewer_id)


def test_the_last_comment_and_the_gifts_are_known_of_a_viewer() -> None:
    book = ViewerBook()
    for turn in (comment("prima"), gift("Rose", 3), comment("come ti chiami?"), gift("Rose", 2)):
        book.note(turn)
    assert book.known(comment("ciao")) == {
        "comments_before": 2,
        "wrote_before": "come ti chiami?",
        "gifts": ["5 Rose"],
    }
    assert book.known(comment("ciao", "2")) == {}


def test_without_an_id_a_viewer_is_known_by_name_and_nobody_without_one() -> None:
    book = ViewerBook()
    book.note(comment("ciao", ""))
    book.note(Turn(TurnKind.COMMENT, "", "it", text="segreto"))
    assert book.known(comment("eccomi", ""))["wrote_before"] == "ciao"
    assert book.known(Turn(TurnKind.COMMENT, "", "it", text="?")) == {}


def test_only_the_viewers_met_last_are_remembered() -> None:
    book = ViewerBook(capacity=500)
    for number in range(600):
        book.note(comment("ciao", str(number)))
        book.note(comment("sono sempre io", "first"))
    assert len(book) == 500
    assert book.known(comment("?", "first"))
    assert not book.known(comment("?", "5"))


def test_what_is_known_of_one_viewer_is_bounded() -> None:
    book = ViewerBook()
    for number in range(50):
        book.note(gift(f"{chr(97 + number % 26)}" * 500, 1))
    book.note(comment("x" * 5_000))
    known = book.known(comment("?"))
    assert len(known["gifts"]) == MAX_GIFTS  # type: ignore[arg-type]
    assert len(json.dumps(known)) < 500


def test_the_next_worker_knows_the_viewers() -> None:
    book, other = ViewerBook(), ViewerBook()
    book.note(comment("ciao"))
    book.note(gift("Rose", 3))
    other.restore(json.loads(json.dumps(book.snapshot())))
    assert other.known(comment("?")) == book.known(comment("?"))


async def test_the_model_is_told_as_data_what_was_before_this_comment() -> None:
    model = FakeChatModel("Ok, va bene.")
    planner = Planner(model, Character("Viva", "", "it"))
    for turn in (gift("Rose", 5), comment('prima"\n}'), comment("seconda")):
        async with aclosing(planner.plan(turn, TokenUsage())) as sentences:
            assert [sentence async for sentence in sentences]
    message = model.requests[-1][-1]
    assert message.role == "user"
    assert json.loads(message.content)["known"] == {
        "comments_before": 1,
        "wrote_before": 'prima" }',
        "gifts": ["5 Rose"],
    }
