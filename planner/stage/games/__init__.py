"""Games of a live: quiz, poll and topic vote, and the commands that viewers give with a `!`."""
