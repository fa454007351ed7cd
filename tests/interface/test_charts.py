from interface.charts import HEIGHT, WIDTH, bar_rects, line_points


def test_a_line_reaches_from_the_lowest_to_the_highest_value() -> None:
    assert line_points([5, 10, 0]) == [[(0, HEIGHT / 2), (WIDTH / 2, 0), (WIDTH, HEIGHT)]]


def test_equal_values_lie_in_the_middle() -> None:
    assert line_points([7, 7]) == [[(0, HEIGHT / 2), (WIDTH, HEIGHT / 2)]]


def test_a_missing_value_breaks_the_line() -> None:
    runs = line_points([0, 1, None, 1, 0])
    assert [len(run) for run in runs] == [2, 2]
    assert runs[0][-1][0] < runs[1][0][0]


def test_a_value_between_gaps_can_be_seen() -> None:
    assert line_points([None, 3, None]) == [[(25, HEIGHT / 2), (75, HEIGHT / 2)]]


def test_a_line_without_values_has_no_points() -> None:
    assert line_points([]) == line_points([None, None]) == []


def test_the_highest_bar_takes_the_whole_height() -> None:
    rects = bar_rects([1, 2, -1])
    assert [(rect.y, rect.height) for rect in rects] == [(16, 16), (0, HEIGHT), (HEIGHT, 0)]
    assert rects[-1].x + rects[-1].width <= WIDTH


def test_bars_of_nothing_are_none() -> None:
    assert bar_rects([]) == bar_rects([0, 0]) == []
