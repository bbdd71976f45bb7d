"""Which phones are simulated, and what is said where there are too few."""

import pytest

from router.core.ids import PhoneName
from router.drill.simulate import choose_phones
from router.errors import SettingsError
from router.flowfile import load_site
from router.site import Site


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Site:
    """The shipped demonstration: agents 1001 to 1040, each with a phone of the same name."""
    return load_site(request.config.rootpath / "ivr_flows" / "demo")


def test_lowest_numbers_first_without_those_registered(site: Site) -> None:
    assert choose_phones(site, {"1001", "1003"}, 3) == (PhoneName("1002"), PhoneName("1004"), PhoneName("1005"))


def test_too_few_says_how_many_there_are(site: Site) -> None:
    with pytest.raises(SettingsError) as raised:
        choose_phones(site, {"1001"}, 40)
    assert "39" in str(raised.value)
    assert "at most 39" in raised.value.cure
