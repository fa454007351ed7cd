"""Reads the browser and its system from a User-Agent header, for lists that people read.

The header names several products for compatibility; the first match below is the real one. See "Browser
detection using the user agent string" at MDN for the order.
"""

from django.http import HttpRequest

MAX_PROGRAM = 40
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("OBS/", "OBS"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_of(request: HttpRequest) -> str:
    """Return the device of a request, such as "Firefox · Windows"; for a program, its name and version."""
    return describe_device(request.headers.get("User-Agent", ""))


def describe_device(user_agent: str) -> str:
    """Return the browser and the system of a User-Agent header, without versions; "" without a header."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser or system:
        return " · ".join(filter(None, (browser, system)))
    words = user_agent.split()
    program = words[0] if words else ""
    return program[:MAX_PROGRAM] if program.isascii() and program.isprintable() else ""
