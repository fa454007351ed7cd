"""The host that needs no service: a comment goes in, a warm line chosen by rules comes out."""
