"""Writes ``docs/errors.md``: ``python -m router.flowfile > docs/errors.md``."""

import sys

from router.flowfile.diagnostics import page

sys.stdout.write(page())
