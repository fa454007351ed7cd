"""The sources of a live's chat: each converts a platform's messages to `LiveEvent`s."""
