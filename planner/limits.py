"""Maximum sizes of a persona's fields, for the pages and the REST API."""

PROMPT_LENGTH = 4_000
TOPICS = 30
TOPIC_LENGTH = 80
SAMPLES = 12
SAMPLE_LENGTH = 200
STYLE_STEP = 0.05
