"""Base classes of the apps' own errors. Without Django, because stages raise them too."""

from collections.abc import Sequence


class AppError(Exception):
    """Base of an app's own errors. Its message is for the user and says what to do.

    `code` identifies the error for programs; `status` is the API's HTTP status. A subclass sets both, or the
    constructor does.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.status = status or self.status

    @property
    def user_message(self) -> str:
        """The text for the user; empty when the view must choose it."""
        return str(self)


class TechnicalError(AppError):
    """Base of errors whose message is for the log: an outside service failed, or there is a bug.

    `permanent` is true when a retry cannot succeed. `user_text` is set when one text fits every cause.
    """

    code = "unavailable"
    status = 503
    permanent = False
    user_text: object = ""  # a text, or a lazily translated one

    def __init__(self, message: str = "", *, permanent: bool | None = None) -> None:
        super().__init__(message)
        if permanent is not None:
            self.permanent = permanent

    @property
    def user_message(self) -> str:
        return str(self.user_text)


class InUse(AppError):
    """Raised when a row cannot be deleted because shows use it. `shows` are their names."""

    def __init__(self, message: str, *, shows: Sequence[str]) -> None:
        super().__init__(message)
        self.shows = tuple(shows)
