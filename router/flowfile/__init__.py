"""The YAML front end: a folder of files to a compiled :class:`router.site.Site`, or every mistake with its place."""

from router.flowfile.diagnostics import Diagnostic, Place
from router.flowfile.site import check_site, load_site

__all__ = ["Diagnostic", "Place", "check_site", "load_site"]
