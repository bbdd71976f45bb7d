"""SIP as our phone reads and writes it, by the examples of the RFCs."""

import pytest

from phones import sip

INVITE = (
    b"INVITE sip:1001@127.0.0.1:5070 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK7\r\n"
    b'f: "Li, Lei" <sip:+8613800138000@127.0.0.1>;tag=a1\r\n'
    b"t: <sip:1001@127.0.0.1>\r\n"
    b"i: abc\r\n"
    b"CSeq: 102 INVITE\r\n"
    b"Subject: folded\r\n  line\r\n"
    b"l: 2\r\n\r\nhi"
)


def test_request_is_read_with_compact_and_folded_headers() -> None:
    invite = sip.Message.parse(INVITE)
    assert (invite.method, invite.sequence, invite.branch) == ("INVITE", 102, "z9hG4bK7")
    assert invite.header("subject") == "folded line"
    assert sip.user_part(invite.header("from")) == "+8613800138000"
    assert invite.body == "hi"


def test_reply_answers_the_request_and_carries_our_tag_once() -> None:
    invite = sip.Message.parse(INVITE)
    reply = sip.Message.parse(invite.reply(180, "Ringing", "ours").encode())
    assert (reply.status, reply.method, reply.branch) == (180, "INVITE", "z9hG4bK7")
    assert sip.parameter(reply.header("to"), "tag") == "ours"
    again = sip.Message.parse(INVITE.replace(b"t: <sip:1001@127.0.0.1>", b"t: <sip:1001@127.0.0.1>;tag=x"))
    assert sip.parameter(again.reply(200, "OK", "ours").header("to"), "tag") == "x"


def test_digest_is_that_of_rfc_2617(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip, "random_token", lambda: "0a4f113b")
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    answer = sip.digest(challenge, method="GET", uri="/dir/index.html", name="Mufasa", password="Circle Of Life")
    assert 'response="6629fae49393a05397450978507c4ef1"' in answer


def test_the_audio_line_is_read_back() -> None:
    line = sip.AudioLine.parse(sip.offer("127.0.0.1", 4_000, 1, "sendonly"))
    assert line == sip.AudioLine("127.0.0.1", 4_000, 101, "sendonly")


@pytest.mark.parametrize("body", ["", "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n"])
def test_an_sdp_without_a_law_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="no A-law"):
        sip.AudioLine.parse(body)


def test_noise_is_no_message() -> None:
    with pytest.raises(ValueError, match="not a SIP message"):
        sip.Message.parse(b"\x80\x65\x00")
