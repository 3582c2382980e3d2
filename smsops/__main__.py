"""`python -m smsops`."""

import sys

from smsops.cli import main

if __name__ == "__main__":
    sys.exit(main())
