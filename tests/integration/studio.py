"""The studio's demo as a person would start it, and a warehouse in which it has run."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

STUDIO = Path(__file__).parent.parent / "worlds" / "studio"


def leadline(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person would, with a state folder of its own."""
    inherited = {name: value for name, value in os.environ.items() if name != "DAGSTER_POSTGRES_URL"}
    return subprocess.run(
        [str(Path(sys.executable).with_name("leadline")), *arguments],
        env={**inherited, "LEADLINE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Played:
    """A warehouse and a state folder in which the studio's demo has run, and what that demo said."""

    url: str
    home: Path
    said: str

    def demo(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """The same demo once more."""
        return play(self.url, self.home, **environment)


def play(url: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The studio's demo into the warehouse at `url`."""
    return leadline("demo", "--world", str(STUDIO), home=home, WAREHOUSE_URL=url, **environment)
