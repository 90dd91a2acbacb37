"""`python -m tests.bi`: write the starter dashboards of docs/bi/superset anew from what is described here."""

from tests.bi import superset_files

if __name__ == "__main__":
    superset_files.write(superset_files.FOLDER)
    print(f"Wrote {len(superset_files.texts())} files into {superset_files.FOLDER}")
