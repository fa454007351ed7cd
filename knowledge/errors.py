"""Errors of knowledge that a user can cause."""

from tenants.errors import AppError


class KnowledgeRefused(AppError):
    """Raised for a source or question that cannot be stored. Its message is for the user."""

    code = "knowledge_refused"
    status = 400

    def __init__(self, message: str, *, code: str, status: int = 400, source_id: str = "") -> None:
        super().__init__(message, code=code, status=status)
        self.source_id = source_id
