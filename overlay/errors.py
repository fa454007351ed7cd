class OverlayUnreachable(ConnectionError):
    """Raised when Redis did not take what was meant for an overlay; the next try may pass."""

    permanent = False
