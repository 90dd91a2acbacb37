"""The printed table, and how large everything is that gets measured."""

from dataclasses import dataclass

_WIDTHS = (78, 20, 15, 8, 9)


@dataclass(frozen=True)
class Size:
    """Objects, pairs and seconds of each measurement."""

    objects: int = 20_000  # landed, 5 KB each
    histories: tuple[int, ...] = (20_000, 80_000)  # from HTTP to rows: of more, beginning and end are a smaller part
    pairs: int = 3
    plain_objects: int = 20_000  # a plain pipeline needs many times as long
    settling_seconds: int = 5  # until the budget is used as it will be
    budget_seconds: int = 10
    paced_objects: int = 100_000  # of one endpoint
    changes: int = 10_000
    small_account: int = 50_000
    large_account: int = 500_000
    contacts: int = 250_000
    memberships: int = 1_000_000
    attributed_orders: int = 1_000_000
    reported_orders: int = 200_000
    runs: int = 10_000  # in the event log
    is_limited: bool = True

    @classmethod
    def quick(cls) -> "Size":
        """The least that exercises every row."""
        return cls(
            objects=300, histories=(300,), pairs=1, plain_objects=100, settling_seconds=1, budget_seconds=1,
            paced_objects=2_000, changes=300, small_account=1_000, large_account=3_000, contacts=1_000,
            memberships=4_000, attributed_orders=2_000, reported_orders=1_000, runs=100, is_limited=False,
        )  # fmt: skip


class Table:
    """Prints rows as they are measured."""

    def __init__(self) -> None:
        self._row("what", "measured", "at least", "aim", "sandbox")
        self._row(*("-" * (width - 2) for width in _WIDTHS))

    def add(self, what: str, measured: str, least: str = "", aim: str = "", sandbox: float | None = None) -> None:
        """One row; `sandbox` are the CPU seconds the sandbox's own process took meanwhile."""
        self._row(what, measured, least, aim, "" if sandbox is None else f"{sandbox:.1f} s")

    @staticmethod
    def _row(*cells: str) -> None:
        padded = (cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
        print("".join(padded).rstrip(), flush=True)
