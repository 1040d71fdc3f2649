"""Where the `kaggle` package would find credentials, and a safe place for those that a person brings.

Nothing here returns, logs or keeps a key: a key is read only to see that it could be one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from core import atomic
from core.errors import BadInput, WorkspaceError, in_words

LONGEST = 10_000  # bytes of a kaggle.json
SETTINGS = "https://www.kaggle.com/settings"


def found() -> str | None:
    """In a few words where the package would find credentials, in its own order; None if nowhere."""
    home = Path("~/.kaggle").expanduser()
    if os.environ.get("KAGGLE_API_TOKEN"):
        return "the environment variable KAGGLE_API_TOKEN"
    for token in (home / "access_token", home / "access_token.txt"):
        if token.is_file():
            return str(token)
    if os.environ.get("KAGGLE_USERNAME") and os.environ.get("KAGGLE_KEY"):
        return "the environment variables KAGGLE_USERNAME and KAGGLE_KEY"
    if _is_complete(folder() / "kaggle.json"):
        return str(folder() / "kaggle.json")
    if (home / "credentials.json").is_file():
        return str(home / "credentials.json")
    return None


def spoiled() -> Path | None:
    """A kaggle.json that lies where it belongs and is none; None if there is none or it is sound."""
    path = folder() / "kaggle.json"
    return path if path.exists() and not _is_complete(path) else None


def folder() -> Path:
    """The folder in which the package looks for kaggle.json."""
    home = Path("~/.kaggle").expanduser()
    if given := os.environ.get("KAGGLE_CONFIG_DIR"):
        return Path(given)
    if home.exists():
        return home
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()) / "kaggle"


def check(data: bytes) -> dict[str, str]:
    """username and key of a kaggle.json. Raises `BadInput`, which never holds what came."""
    what = f"make a new one at {SETTINGS} (API, 'Create Legacy API Key') and choose the file kaggle.json"
    try:
        value: Any = json.loads(data) if len(data) <= LONGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadInput(f"this is not a kaggle.json: expected a small JSON object with username and key; {what}")
    missing = [name for name in ("username", "key") if not _is_word(value.get(name))]
    if missing:
        raise BadInput(f"this kaggle.json is incomplete: {' and '.join(missing)} missing or no plain word; {what}")
    return {"username": value["username"], "key": value["key"]}


def save(login: dict[str, str]) -> Path:
    """Keep username and key where the package finds them: mode 600 in a folder of mode 700. Raises `WorkspaceError`."""
    path = folder() / "kaggle.json"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        with atomic.replacing(path, mode=0o600) as part:
            part.write_text(json.dumps(login), encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    return path


def _is_word(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= 500
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def _is_complete(path: Path) -> bool:
    try:
        return bool(check(path.read_bytes()))
    except (OSError, BadInput):
        return False
