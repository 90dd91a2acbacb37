"""A run's own lines in the terminal: what assets log, without Dagster's event chatter, with seconds since the start.

Belongs here: printing. Does not: what is worth saying (the assets).
"""

import logging
import sys
import time
from typing import Any

from dagster import AssetExecutionContext, InitLoggerContext, OpExecutionContext, logger

_OWN = "leadline_line"
OWN_LINES: dict[str, Any] = {"loggers": {"console": {}}}
"""The part of a run's config that prints what assets say, and not each of Dagster's events."""


class _OwnLines(logging.Formatter):
    """`  12.3 s  message`, from the message an asset logged."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.monotonic()

    def format(self, record: logging.LogRecord) -> str:
        said = getattr(record, "dagster_meta", {}).get("orig_message") or record.getMessage()
        return f"{time.monotonic() - self._started:7.1f} s  {said}"


def say(context: OpExecutionContext | AssetExecutionContext, message: str) -> None:
    """Log a line that the terminal shows too; everything else Dagster and its libraries log stays in the UI."""
    context.log.info(message, extra={_OWN: True})


def _is_shown(record: logging.LogRecord) -> bool:
    is_event = getattr(record, "dagster_meta", {}).get("dagster_event") is not None
    return hasattr(record, _OWN) or (record.levelno >= logging.WARNING and not is_event)


@logger({}, description="What the assets themselves say, one line each, on standard error.")
def terminal_logger(_: InitLoggerContext) -> logging.Logger:
    """The logger of runs started from the command line and the launchpad."""
    lines = logging.Logger("leadline", level=logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OwnLines())
    handler.addFilter(_is_shown)
    lines.addHandler(handler)
    return lines
