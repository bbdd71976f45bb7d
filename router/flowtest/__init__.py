"""Tests written by operations staff: ``*.test.yaml`` beside the flows, run on the production interpreter."""

from router.flowtest.results import Results
from router.flowtest.runner import require, run_tests

__all__ = ["Results", "require", "run_tests"]
