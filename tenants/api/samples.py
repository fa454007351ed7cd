"""Writes the curl and Python samples of the API's documentation."""

import json
import re
import shlex
from typing import Any

JSON_TYPE = "application/json"
FORM_TYPE = "multipart/form-data"
PARAMETER = re.compile(r"\{(\w+)_id\}")
MAX_LINE = 76


def curl_sample(path: str, method: str, *, needs_token: bool, body_type: str, body: Any) -> str:
    """Return a request as a shell command; `$VIVAVOCE`, `$TOKEN` and ids are variables of the shell."""
    address = PARAMETER.sub(lambda match: f"${match[1].upper()}", path)
    verb = "curl" if method == "GET" else f"curl -X {method}"
    lines = [f'{verb} "$VIVAVOCE{address}"']
    if needs_token:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body_type == FORM_TYPE:
        lines.append("-F picture=@me.jpg")
    elif body is not None:
        lines.append(f'-H "Content-Type: {JSON_TYPE}"')
        lines.append(f"-d {shlex.quote(_json(body))}")
    return " \\\n  ".join(lines)


def python_sample(path: str, method: str, *, body_type: str, body: Any) -> str:
    """Return a request in Python, by the `api` that the page's beginning sets up with httpx."""
    address = PARAMETER.sub(lambda match: f"{{{match[1].upper()}}}", path)
    quoted = f'f"{address}"' if "{" in address else f'"{address}"'
    call = f"api.{method.lower()}"
    if body_type == FORM_TYPE:
        request = f'{call}({quoted}, files={{"picture": open("me.jpg", "rb")}})'
    elif body is not None:
        request = f"{call}({quoted}, json={_python(body)})"
    else:
        request = f"{call}({quoted})"
    return request if method == "DELETE" else f"{request}.json()"


def _json(body: Any) -> str:
    text = json.dumps(body, ensure_ascii=False)
    return text if len(text) <= MAX_LINE else json.dumps(body, ensure_ascii=False, indent=2)


def _python(body: Any) -> str:
    text = repr(body)
    if len(text) > MAX_LINE - 24:
        text = json.dumps(body, ensure_ascii=False, indent=4)
        for written, spoken in (("true", "True"), ("false", "False"), ("null", "None")):
            text = re.sub(rf"(?<=: ){written}\b", spoken, text)
    return text.replace("'", '"') if '"' not in text else text
