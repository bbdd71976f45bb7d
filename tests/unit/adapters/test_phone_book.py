"""What AMI tells of phones: reachable by contacts, busy by channels that are not ours."""

import pytest

from router.adapters.ami import PhoneBook
from router.adapters.ari_codec import Endpoint
from router.core.events import PhoneReachabilityChanged, PhoneSeen, PhonesSeen, PhoneUseChanged
from router.core.ids import PhoneName

PHONE = PhoneName("1001")
URI = "sip:1001@10.0.0.9:5060"


@pytest.fixture
def book() -> PhoneBook:
    return PhoneBook("gas")


def test_a_phone_comes_and_goes(book: PhoneBook) -> None:
    assert book.contact("1001", URI, "Created") is None
    assert book.contact("1001", URI, "Reachable") == PhoneReachabilityChanged(phone=PHONE, reachable=True)
    assert book.contact("1001", URI, "Reachable") is None
    assert book.contact("1001", URI, "Unreachable") == PhoneReachabilityChanged(phone=PHONE, reachable=False)
    assert book.contact("1001", URI, "Removed") is None
    assert not book.in_doubt


def test_an_unqualified_contact_counts_as_reachable(book: PhoneBook) -> None:
    assert book.contact("1001", URI, "NonQualified") == PhoneReachabilityChanged(phone=PHONE, reachable=True)


def test_a_phone_with_two_contacts_goes_with_the_last(book: PhoneBook) -> None:
    book.contact("1001", URI, "Reachable")
    assert book.contact("1001", "sip:other", "Reachable") is None
    assert book.contact("1001", URI, "Removed") is None
    assert book.contact("1001", "sip:other", "Removed") == PhoneReachabilityChanged(phone=PHONE, reachable=False)


def test_the_truth_and_a_contact_nobody_told_us_of(book: PhoneBook) -> None:
    book.begin_truth()
    seen = book.truth((Endpoint("1001", state="online"), Endpoint("1002", state="offline"), Endpoint("trunk-a")))
    assert seen == PhonesSeen(
        phones=(PhoneSeen(phone=PHONE, reachable=True), PhoneSeen(phone=PhoneName("1002"), reachable=False))
    )
    assert book.contact("1001", URI, "Unreachable") == PhoneReachabilityChanged(phone=PHONE, reachable=False)
    assert book.in_doubt  # it may have another contact: ask again
    book.begin_truth()
    assert not book.in_doubt


def test_calls_that_are_not_ours_make_a_phone_busy(book: PhoneBook) -> None:
    assert book.channel_began("PJSIP/1001-0000002a", "n1-1.1") == PhoneUseChanged(phone=PHONE, channels=1)
    assert book.channel_began("PJSIP/1001-0000002a", "n1-1.1") is None
    assert book.channel_began("PJSIP/1001-0000002b", "n1-1.2") == PhoneUseChanged(phone=PHONE, channels=2)
    assert book.channel_began("PJSIP/1001-0000002c", "gas.3.c7.l1") is None
    assert book.channel_ended("PJSIP/1001-0000002c", "gas.3.c7.l1") is None
    assert book.channel_ended("PJSIP/1001-0000002a", "n1-1.1") == PhoneUseChanged(phone=PHONE, channels=1)
    assert book.channel_ended("PJSIP/1001-0000002b", "n1-1.2") == PhoneUseChanged(phone=PHONE, channels=0)
    assert book.channel_ended("PJSIP/1001-0000002b", "n1-1.2") is None


@pytest.mark.parametrize("channel", ["PJSIP/trunk-local-00000001", "Local/1001@x-0001;1", "PJSIP/", "", "Snoop/x-1"])
def test_other_channels_are_nobodys_phone(book: PhoneBook, channel: str) -> None:
    assert book.channel_began(channel, "n1-1.1") is None
    assert book.channel_ended(channel, "n1-1.1") is None


def test_a_phone_with_a_dash_in_its_name(book: PhoneBook) -> None:
    used = book.channel_began("PJSIP/desk-3-0000002a", "n1-1.1")
    assert used == PhoneUseChanged(phone=PhoneName("desk-3"), channels=1)


def test_what_happens_while_the_truth_is_asked_is_not_lost(book: PhoneBook) -> None:
    book.begin_truth()
    book.channel_began("PJSIP/1001-1", "new")
    book.channel_ended("PJSIP/1001-2", "old")
    seen = book.truth((Endpoint("1001", state="online", channel_ids=("old", "still", "gas.3.c7.l1")),))
    assert seen.phones == (PhoneSeen(phone=PHONE, reachable=True, channels=2),)
    assert book.channel_ended("PJSIP/1001-1", "new") == PhoneUseChanged(phone=PHONE, channels=1)
