"""`python -m connectors.sandbox`: hands over to the command line; nothing else belongs here."""

import sys

from connectors.sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
