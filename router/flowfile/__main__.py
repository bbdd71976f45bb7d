"""Writes the pages of the docs that are made from the registry.

``python -m router.flowfile > docs/errors.md`` and ``python -m router.flowfile reference > docs/reference.md``.
"""

import sys

from router.flowfile.diagnostics import page
from router.flowfile.reference import reference_page

sys.stdout.write(reference_page() if sys.argv[1:] == ["reference"] else page())
