"""How much fits into a show's settings and plan, for its pages and the API alike."""

MOST_A_THANKS = 1_000
MOST_DIAMONDS = 1_000_000
CALLS = 30
CALL_LENGTH = 200
LONGEST_PAUSE_S = 3_600
SEGMENTS = 40
SHORTEST_SEGMENT_S = 30
LONGEST_SEGMENT_S = 6 * 3_600
POINTS = 20
POINT_LENGTH = 200
OPTIONS = 2  # what a poll needs at least
