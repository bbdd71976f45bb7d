"""What holds for all tests: which examples the tests of properties try."""

from hypothesis import settings

settings.register_profile("gate", derandomize=True)
settings.register_profile("search", print_blob=True)
settings.load_profile("gate")
