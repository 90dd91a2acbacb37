"""`make superset`: write the starter dashboards anew, and pack them as one file that Superset imports."""

import sys
from pathlib import Path

from tests.bi import superset_files

if __name__ == "__main__":
    superset_files.write(superset_files.FOLDER)
    if len(sys.argv) > 1:
        print(superset_files.pack(Path(sys.argv[1])))
