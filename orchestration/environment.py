"""The process environment, changed for a while. Does not belong here: which variables, or what they mean."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def holding(variables: Mapping[str, str]) -> Iterator[None]:
    """The environment with `variables` in it while the block runs, as it was before afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
