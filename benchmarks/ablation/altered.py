"""Run a gyeol command with a change: python altered.py CHANGE train DATA ..."""

from __future__ import annotations

import sys

from changes import CHANGES

from gyeol.cli.main import main

if __name__ == "__main__":
    name = sys.argv.pop(1)
    change = CHANGES[name]
    if change.apply:
        change.apply()
    main()
