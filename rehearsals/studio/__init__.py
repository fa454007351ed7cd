"""The studio: a persona answers one viewer line as it would in a live, before it goes on air."""
