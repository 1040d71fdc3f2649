"""The only place that imports the `kaggle` package: `python -m core.dataset.kaggle.worker COMMAND ARGUMENT…`.

Each line on stdout is one JSON object: {"done", "total"} as a download goes on, at last {"result"} or {"error", …};
what the package prints is dropped. With KAGGLE_API_ENVIRONMENT=TEST it talks to http://localhost:7777, which the
package's own wrapper leaves out.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

TIMEOUT = (10.0, 60.0)  # seconds: to connect, and between two pieces
PIECE = 1 << 16  # bytes: what is lost by a break at most
EVERY = 0.2  # seconds between two words of progress


def main(command: str, *arguments: str) -> int:
    """Run one of `COMMANDS` and print its result as the last line; 1 if it failed."""
    out = sys.stdout
    with redirect_stdout(io.StringIO()):
        try:
            answer: dict[str, Any] = {"result": COMMANDS[command](_api(), out, *arguments)}
        except SystemExit:  # the package's way to say that it found no credentials
            answer = {"error": "credentials", "status": 401, "words": "no credentials were found"}
        except Exception as error:  # of a package that raises whatever its own packages raise
            answer = _explained(error)
    _say(out, answer)
    return "error" in answer


def _api() -> Any:
    """The package's client, signed in."""
    from kaggle.api.kaggle_api_extended import KaggleApi
    from kagglesdk import KaggleClient
    from kagglesdk.kaggle_env import get_env

    class Api(KaggleApi):
        def build_kaggle_client(self) -> KaggleClient:
            known = self.config_values
            login: dict[str, Any] = {
                "username": known.get("username"),
                "password": known.get("key"),
                "api_token": known.get("token"),
            }
            return KaggleClient(env=get_env(), **login)

    api = Api()
    api.authenticate()
    return api


def files(api: Any, out: Any, competition: str) -> dict[str, Any]:
    """Names and bytes of the competition's files, as far as the first page tells."""
    listed = api.competition_list_files(competition, page_size=100).files
    return {"files": [{"name": file.name, "bytes": file.total_bytes} for file in listed]}


def download(api: Any, out: Any, competition: str, target: str) -> dict[str, Any]:
    """All files as one zip at `target`, going on where an earlier download of the same zip ended."""
    from kagglesdk.competitions.types.competition_api_service import ApiDownloadDataFilesRequest

    request = ApiDownloadDataFilesRequest()
    request.competition_name = competition
    with api.build_kaggle_client() as kaggle:
        response = kaggle.competitions.competition_api_client.download_data_files(request)
        return _fetch(response, Path(target), out)


def submit(api: Any, out: Any, competition: str, file: str, message: str) -> dict[str, Any]:
    """Send a submission; Kaggle's number of it."""
    answer = api.competition_submit(file, message, competition, quiet=True)
    if answer.message == api.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE:
        raise ConnectionError("the file could not be uploaded")
    return {"ref": answer.ref, "message": answer.message}


def submissions(api: Any, out: Any, competition: str) -> dict[str, Any]:
    """The latest submissions with their status and scores."""
    found = api.competition_submissions(competition, page_size=100) or []
    return {"submissions": [_submission(one) for one in found if one]}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "files": files,
    "download": download,
    "submit": submit,
    "submissions": submissions,
}


def _submission(one: Any) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "status": one.status.name.lower(),
        "public_score": one.public_score,
        "private_score": one.private_score,
        "error": one.error_description,
    }


def _fetch(response: Any, target: Path, out: Any) -> dict[str, Any]:
    """Stream into `target`, or append to what is there of the same file (same length, same ETag or date)."""
    length = response.headers.get("Content-Length")
    total = int(length) if length else None
    marker = target.with_name(f"{target.name}.json")
    identity = {"total": total, "version": response.headers.get("ETag") or response.headers.get("Last-Modified")}
    start = _resumable(target, marker, identity) if response.headers.get("Accept-Ranges") == "bytes" else 0
    if start and start == total:
        return {"bytes": start}
    if start:
        response = _from(response, start, identity["version"])
        start = start if response.status_code == 206 else 0
    marker.write_text(json.dumps(identity), encoding="utf-8")
    done, said = start, 0.0
    with target.open("ab" if start else "wb") as file:
        for piece in response.iter_content(PIECE):
            file.write(piece)
            done += len(piece)
            if time.monotonic() - said > EVERY:
                file.flush()
                _say(out, {"done": done, "total": total})
                said = time.monotonic()
    if total is not None and done != total:
        raise ConnectionError(f"{done} of {total} bytes came")
    return {"bytes": done}


def _resumable(target: Path, marker: Path, identity: dict[str, Any]) -> int:
    """Bytes that are there of the very same file; 0 if it is another or nobody knows."""
    try:
        same = json.loads(marker.read_bytes()) == identity and identity["version"] is not None
        return target.stat().st_size if same else 0
    except (OSError, ValueError):
        return 0


def _from(response: Any, start: int, version: str) -> Any:
    """The same answer from byte `start` on."""
    import requests

    request = response.request.copy()
    response.close()
    request.headers.update({"Range": f"bytes={start}-", "If-Range": version})
    rest = requests.Session().send(request, stream=True, timeout=TIMEOUT)
    if not rest.ok:
        raise ConnectionError(f"the rest of the file was refused: {rest.status_code}")
    return rest


def _explained(error: Exception) -> dict[str, Any]:
    """An error as JSON: HTTP status and Retry-After where there are some. Its words hold no credentials."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if response is None or status is None:
        return {"error": "broken" if isinstance(error, OSError) else "unexpected", "words": str(error)[:300]}
    after = response.headers.get("Retry-After")
    return {"error": "refused", "status": status, "retry_after": after, "words": response.reason}


def _say(out: Any, value: dict[str, Any]) -> None:
    print(json.dumps(value), file=out, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
