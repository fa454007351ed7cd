"""A live that nobody hears: a show and a chat go in, half an hour passes in moments, figures come out."""
