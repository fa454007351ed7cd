from chatsources.recent_ids import RecentIds


def test_an_id_is_new_once() -> None:
    ids = RecentIds(10)
    assert [ids.add(source_id) for source_id in ("a", "b", "a")] == [True, True, False]


def test_three_quarters_of_the_size_are_always_remembered() -> None:
    for last in range(100):
        ids = RecentIds(12)
        ids.update(map(str, range(last + 1)))
        assert {str(known) for known in range(max(last - 8, 0), last + 1)} <= set(ids.last(12))


def test_no_more_than_the_size_is_remembered() -> None:
    ids = RecentIds(10)
    ids.update(map(str, range(100)))
    assert len(ids.last(100)) <= 10
    assert ids.add("0")


def test_an_id_that_comes_again_stays() -> None:
    ids = RecentIds(4)
    ids.update(["a", "b", "a", "c"])
    assert not ids.add("a")


def test_the_last_ids_come_oldest_first_and_each_once() -> None:
    ids = RecentIds(8)
    ids.update(["a", "b", "c", "b", "d"])
    assert ids.last(10) == ["a", "c", "b", "d"]
    assert ids.last(2) == ["b", "d"]
