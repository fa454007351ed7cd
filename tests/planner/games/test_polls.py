import pytest

from planner.stage.games.poll import Poll, read_poll
from planner.stage.games.topic_vote import chosen_topic, open_topic_vote


def make_poll(*options: str) -> Poll:
    return Poll("Che cosa?", list(options), "it", opened_at_s=0.0)


@pytest.mark.parametrize(
    "line", ["2", "2️⃣", "2)", "voto 2", "opzione B", "b", "B!", "due", "Pasta", "la pasta"]
)
def test_a_bare_vote_counts_and_needs_no_answer(line: str) -> None:
    poll = make_poll("Pizza", "Pasta")
    assert poll.hear(line, "id-1", "Anna", 1.0)
    assert poll.counts() == [0, 1]


def test_an_option_named_in_a_line_counts_and_the_line_may_be_answered() -> None:
    poll = make_poll("Pizza", "Pasta")
    assert not poll.hear("io direi pizza tutta la vita", "id-1", "Anna", 1.0)
    assert poll.counts() == [1, 0]


@pytest.mark.parametrize("line", ["3", "0", "c", "ciao", "pizza o pasta", "ma la pizza quando arriva?", "22"])
def test_what_names_no_option_or_several_is_no_vote(line: str) -> None:
    poll = make_poll("Pizza", "Pasta")
    assert not poll.hear(line, "id-1", "Anna", 1.0)
    assert poll.counts() == [0, 0]


def test_the_last_vote_of_a_viewer_counts_and_none_after_the_end() -> None:
    poll = make_poll("Pizza", "Pasta")
    poll.hear("1", "id-1", "Anna", 1.0)
    poll.hear("2", "id-1", "Anna", 2.0)
    assert poll.hear("1", "id-1", "Anna", 61.0)
    assert poll.counts() == [0, 1]


def test_percentages_add_up_to_a_hundred() -> None:
    poll = make_poll("Uno", "Due", "Tre")
    for viewer, vote in enumerate("123"):
        poll.hear(vote, f"id-{viewer}", "", 1.0)
    assert sum(poll.percentages()) == 100
    assert make_poll("Uno", "Due").percentages() == [0, 0]


def test_a_poll_is_read_from_a_line() -> None:
    assert read_poll("Pizza o pasta? Pizza / Pasta / pizza") == ("Pizza o pasta?", ["Pizza", "Pasta"])
    assert read_poll("Quale? mare, montagna") == ("Quale?", ["mare", "montagna"])
    for line in ("", "Pizza / Pasta", "Pizza?", "Quale? una", "? a / b", "https://x.it? a / b"):
        assert read_poll(line) is None, line


def test_of_topics_with_equal_votes_the_plan_decides() -> None:
    vote = open_topic_vote(["Vacanze", "Musica", "Musica", "Cucina"], language="it")
    assert vote is not None
    vote.opened_at_s = 0.0
    vote.hear("3", "id-1", "", 1.0)
    vote.hear("musica", "id-2", "", 1.0)
    assert vote.options == ["Vacanze", "Musica", "Cucina"]
    assert chosen_topic(vote) == "Musica"
    assert open_topic_vote(["Vacanze"], language="it") is None
