"""Answers from chunks: exact quotes, checked facts, and refusals. No Django."""
