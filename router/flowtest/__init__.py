"""Tests written by operations staff: ``*.test.yaml`` beside the flows, run on the production interpreter."""

from router.flowtest.results import Results
from router.flowtest.runner import run_tests

__all__ = ["Results", "run_tests"]
