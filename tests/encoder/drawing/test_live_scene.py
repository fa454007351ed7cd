from itertools import pairwise

from encoder.drawing.alerts import BETWEEN_S, SHOWN_S, AlertQueue
from encoder.drawing.live_scene import BLINK_EVERY_S, HOLD_S, LiveScene
from encoder.drawing.scene import MOUTHS, Alert, ChatLine


def scene() -> LiveScene:
    return LiveScene("Virtual Host · AI", {"follow": "started following"})


def line(number: int, kind: str = "comment") -> ChatLine:
    return ChatLine(str(number), f"viewer {number}", "hello", kind)


def test_the_last_eight_lines_are_shown_each_once() -> None:
    live = scene()
    for number in range(12):
        live.add_line(line(number))
        live.add_line(line(number))
    assert [each.id for each in live.at(0).lines] == [str(number) for number in range(4, 12)]


def test_a_retracted_line_goes_and_never_comes() -> None:
    live = scene()
    live.add_line(line(1))
    live.retract(["1", "2"])
    live.add_line(line(2))
    assert live.at(0).lines == ()


def test_a_caption_stays_while_it_is_said_and_a_moment_longer() -> None:
    live = scene()
    live.speak("Hello")
    assert live.at(60).caption == "Hello"
    live.rest()
    assert live.at(61).caption == "Hello"
    assert live.at(61 + HOLD_S + 0.01).caption == ""


def test_the_next_sentence_is_not_hidden_by_the_rest_of_the_last() -> None:
    live = scene()
    live.speak("One")
    live.rest()
    live.at(1)
    live.speak("Two")
    assert live.at(9).caption == "Two"


def test_a_text_without_a_voice_stays_as_long_as_reading_takes() -> None:
    live = scene()
    live.show("x" * 50)
    assert live.at(0).caption
    assert live.at(5.4).caption
    assert not live.at(5.6).caption


def test_a_cut_hides_the_words_and_closes_the_mouth() -> None:
    live = scene()
    live.speak("Hello")
    live.set_level(0.3)
    assert live.at(0).mouth == MOUTHS - 1
    live.hide()
    assert (live.at(0.2).caption, live.at(0.4).mouth) == ("", 0)


def test_the_mouth_moves_ten_times_a_second_at_most() -> None:
    live = scene()
    mouths = []
    for number in range(30):
        live.set_level(0.2 if number % 2 else 0.0)
        mouths.append(live.at(number / 30).mouth)
    changes = sum(one != other for one, other in pairwise(mouths))
    assert changes <= 10
    assert live.at(2, may_move=False).mouth == mouths[-1]


def test_the_eyes_blink() -> None:
    live = scene()
    assert not live.at(1).is_blinking
    assert live.at(BLINK_EVERY_S - 0.05).is_blinking
    assert not live.at(BLINK_EVERY_S + 0.05).is_blinking


def test_clearing_leaves_the_badge_and_the_face() -> None:
    live = scene()
    live.add_line(line(1, "gift"))
    live.speak("Hello")
    live.at(0)
    live.clear()
    cleared = live.at(1)
    assert (cleared.lines, cleared.caption, cleared.alert) == ((), "", None)
    assert cleared.badge == "Virtual Host · AI"


def test_alerts_are_shown_one_after_the_other() -> None:
    queue = AlertQueue()
    queue.add(line(1, "follow"))
    queue.add(line(2, "gift"))
    assert queue.at(0) == Alert("viewer 2", "hello", "gift")
    assert queue.at(SHOWN_S - 0.1) is not None
    assert queue.at(SHOWN_S) is None
    assert queue.at(SHOWN_S + BETWEEN_S - 0.1) is None
    assert queue.at(SHOWN_S + BETWEEN_S + 0.1) == Alert("viewer 1", "hello", "follow")


def test_many_follows_share_a_card_and_a_comment_has_none() -> None:
    queue = AlertQueue()
    for number in range(5):
        queue.add(line(number, "follow"))
        queue.add(line(number, "follow"))
    queue.add(line(9))
    shown = queue.at(0)
    assert shown is not None
    assert shown.name == "viewer 0 +4"
    queue.clear()
    assert [queue.at(time) for time in (1, 10, 20)] == [None, None, None]
