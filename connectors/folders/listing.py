"""Which files a folder holds, on this machine or in a bucket, through dlt's filesystem source.

Belongs here: listing and opening. Does not: what stands in a file (`records.py`), which files are read (`follow.py`).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from connectors.connector import Connection
from connectors.errors import ConfigError, RetryError

PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}
"""What has to be installed beside us to read a bucket, by the scheme of its address."""


@dataclass(frozen=True, order=True)
class File:
    """A file at one moment: later ones sort after earlier ones, then by path. `path` is relative to the folder."""

    modified_at: datetime
    path: str
    size: int = field(compare=False)
    opened: Callable[[], IO[bytes]] = field(compare=False, repr=False)


def listed(connection: Connection, setting: str) -> list[File]:
    """All files below the folder that `setting` names, oldest first; hidden ones are left out.

    Raises `ConfigError` with the cure when there is no such folder, or a bucket that lists no file; `RetryError` when
    a bucket does not answer. No message repeats the address, which may hold a secret.
    """
    variable, url = connection.variable(setting), connection.required(setting)
    scheme = urlsplit(url).scheme if "://" in url else "file"
    if scheme == "file":
        folder = Path(unquote(urlsplit(url).path) if "://" in url else url).expanduser()
        if not folder.is_dir():
            raise ConfigError(
                f"{connection.name}: {variable} names no folder on this machine; put in the path of the folder that"
                " holds the files, or s3://bucket/folder or gs://bucket/folder."
            )
        url = str(folder.resolve())
    files = sorted(_file(item) for item in _items(connection, variable, scheme, url) if not _is_hidden(item))
    if not files and scheme != "file":
        raise ConfigError(f"{connection.name}: the folder in {variable} lists no file; check bucket, path and rights.")
    return files


def _items(connection: Connection, variable: str, scheme: str, url: str) -> list[Any]:
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")  # dlt reads both when it is first imported
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
    from dlt.sources.filesystem import filesystem  # costs 0.3 s

    try:
        return list(filesystem(bucket_url=url, file_glob="**/*"))
    except Exception as error:  # a bucket's client raises what it likes
        innermost: BaseException = error
        while deeper := innermost.__cause__ or innermost.__context__:
            innermost = deeper
        if isinstance(innermost, ImportError):
            wanted = PACKAGES.get(scheme, "its fsspec package")
            raise ConfigError(f"{connection.name}: {scheme}:// needs {wanted}: pip install {wanted}.") from None
        if isinstance(innermost, TimeoutError | ConnectionError):
            raise RetryError(f"{connection.name}: the folder in {variable} did not answer.") from error
        raise ConfigError(
            f"{connection.name}: the folder in {variable} cannot be listed ({type(innermost).__name__}); check address,"
            " credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or GOOGLE_APPLICATION_CREDENTIALS) and rights."
        ) from error


def _file(item: Any) -> File:
    modified_at = item["modification_date"].astimezone(UTC)
    return File(
        modified_at.replace(fold=0),
        item["relative_path"].replace("\\", "/"),
        item["size_in_bytes"],
        lambda: item.open("rb", compression="disable"),
    )


def _is_hidden(item: Any) -> bool:
    return any(part.startswith(".") for part in item["relative_path"].replace("\\", "/").split("/"))
