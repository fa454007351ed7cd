"""Base classes of the errors that apps raise on purpose. No Django: the stages raise them too."""


class AppError(Exception):
    """Base of an app's own errors. Its message is for the user and says what to do.

    `code` names the error for programs and `status` is the HTTP status that the API answers. A subclass sets
    both, or each cause of the class its own.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.status = status or self.status

    @property
    def user_message(self) -> str:
        """What the user reads; empty where the view must choose the words."""
        return str(self)


class TechnicalError(AppError):
    """Base of errors whose message is for the log: something outside failed, or a fault is ours.

    `permanent` is true when trying again cannot help. `user_words` is set where one sentence fits
    every cause.
    """

    code = "unavailable"
    status = 503
    permanent = False
    user_words: object = ""  # a text, or one that is translated when it is read

    def __init__(self, message: str = "", *, permanent: bool | None = None) -> None:
        super().__init__(message)
        if permanent is not None:
            self.permanent = permanent

    @property
    def user_message(self) -> str:
        return str(self.user_words)
