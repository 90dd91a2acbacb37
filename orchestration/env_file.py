"""The `.env` file: setting variables in it without touching anything else that stands there.

Belongs here: reading it as python-dotenv does, replacing lines, writing it whole and private. Does not: which ones.
"""

import contextlib
import io
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkstemp

from dotenv import dotenv_values, load_dotenv
from dotenv.parser import Binding, parse_stream

from connectors.registry import ConfigError

_IN_QUOTES = re.compile(r"""[^\S\r\n]*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""", re.DOTALL)
_BARE = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")


def write(path: Path, values: Mapping[str, str], template: Path | None = None) -> None:
    """Set `values` in the file, which is readable by its owner alone afterwards; a new one starts as `template`.

    Other lines stay as they are, a variable's line is replaced where it stands, a new one comes last. The file is
    replaced as a whole or not at all. Raises `ConfigError` when it cannot be, or for a value it cannot hold.
    """
    path = path.resolve()  # a link leads on; its target is what is replaced
    try:
        source = path if path.exists() else template
        before = source.read_bytes().decode() if source else ""
        after = changed(before, values)
        _replace(path, after.encode())
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror or error}); nothing was changed.") from error


def read(path: Path) -> dict[str, str]:
    """The variables that the file sets; none when there is no file. Raises `ConfigError` when it cannot be read."""
    try:
        return {name: value for name, value in dotenv_values(path).items() if value is not None}
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable(path, error) from error


def load(path: Path) -> None:
    """Give the environment the variables of the file that it does not have. Raises `ConfigError` as `read` does."""
    try:
        load_dotenv(path)
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: UnicodeDecodeError | OSError) -> ConfigError:
    """The refusal of a file that cannot be read."""
    if isinstance(error, UnicodeDecodeError):
        return ConfigError(f"{path} is not UTF-8 ({error}); save it as UTF-8 and run this again.")
    why = error.strerror or error
    return ConfigError(f"{path} cannot be read ({why}); run this as its owner, or hand it over with chown.")


def changed(text: str, values: Mapping[str, str]) -> str:
    """`text` with `values` set in it, its line endings kept. Raises `ConfigError` for a value it cannot hold."""
    newline = "\r\n" if "\r\n" in text else "\n"
    found = list(parse_stream(io.StringIO(text, newline="")))
    result = "\ufeff" * text.startswith("\ufeff") + "".join(_with_value(binding, values) for binding in found)
    named = {binding.key for binding in found}
    for name, value in values.items():
        if name not in named:
            result += newline * (result[-1:] not in ("", "\n")) + f"{name}={_quoted(value)}{newline}"
    read = dotenv_values(stream=io.StringIO(result, newline=""))
    for name, value in values.items():
        if read.get(name) != value:  # never the value itself: it may be a secret
            raise ConfigError(f"The value for {name} cannot be kept in a .env file: it has a line break or '${{'.")
    return result


def _with_value(found: Binding, values: Mapping[str, str]) -> str:
    """The binding's own text, blank lines before it and comment after it included, with the new value if it has one."""
    text = found.original.string
    if found.key is None or found.key not in values:
        return text
    body = text.rstrip("\r\n")
    value, end = _quoted(values[found.key]), text[len(body) :]
    if found.value is None:  # a name without an equals sign
        return body.replace(found.key, f"{found.key}={value}", 1) + end
    name, _, rest = body.partition("=")
    quoted = _IN_QUOTES.match(rest)
    comment = re.search(r"#.*" if quoted else r"(?<=\s)#.*", rest[quoted.end() if quoted else 0 :])
    return f"{name.rstrip()}={value}{f'  {comment[0]}' if comment else ''}{end}"


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then move over it; `mkstemp` makes the new one 0600 from its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            held = path.stat()
            with contextlib.suppress(PermissionError):  # root must not take the file away from its owner
                os.chown(name, held.st_uid, held.st_gid)
        Path(name).chmod(stat.S_IRUSR | stat.S_IWUSR)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
