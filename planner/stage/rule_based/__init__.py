"""Answers comments by rules, without an outside service."""
