"""Asterisk's configuration: what stands in it for trunks, numbers, phones and secrets, and what may never."""

import re
import stat
from pathlib import Path

import msgspec
import pytest

from router.core.ids import PhoneName
from router.core.lines import Did, Phone, Trunk
from router.errors import SettingsError, SetupError
from router.line.asterisk_conf import render, write
from router.line.folders import Folders
from router.line.modules import MODULES
from router.line.secrets import Secrets
from router.settings import Settings
from router.site import Site
from support.sites import small_site

LOOPBACK_URI = "sip:4001860@127.0.0.1:5060"
OUTSIDE_URI = "sip:4001860@203.0.113.5:5060"
DIDS = {
    "4001860": Did(number="4001860", flow="main"),
    "4001861": Did(number="4001861", flow="alarm", emergency=True, duty_phones=(PhoneName("1001"), PhoneName("1002"))),
}


def site(*trunks: Trunk, **changes: object) -> Site:
    phones = {PhoneName(name): Phone(name=PhoneName(name)) for name in ("1001", "1002")}
    values = {"dids": DIDS, "phones": phones, "trunks": {trunk.name: trunk for trunk in trunks}, **changes}
    return msgspec.structs.replace(small_site(), **values)


def files(home: Path, of: Site | None = None, **settings: object) -> dict[str, str]:
    chosen = Settings(home=home, **settings)  # type: ignore[arg-type]
    return render(chosen, of or site(), Secrets.load_or_create(home, {}), Folders.of(chosen))


def sections(text: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """The sections of a file by name and ``type``; templates are left out, what they give too."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for block in re.split(r"^(?=\[)", text, flags=re.MULTILINE):
        head = re.match(r"\[([^]]+)\](\(([^)]*)\))?", block)
        if head is None or (head[3] or "").startswith("!"):
            continue
        options: dict[str, list[str]] = {}
        for line in block.splitlines()[1:]:
            name, equals, value = line.partition("=")
            if equals and not line.startswith(";"):
                options.setdefault(name.strip(), []).append(value.strip().replace("\\;", ";"))
        kind = {"leg": "endpoint", "phone": "endpoint", "reach": "aor"}.get(head[3] or "", "")
        found[head[1], options.get("type", [kind])[0]] = options
    return found


def taken_by(conf: str, uri: str) -> str:
    """The endpoint a request for ``uri`` is taken for by its address in the request line; "" for none."""
    matching = [
        options["endpoint"][0]
        for (_, kind), options in sections(conf).items()
        if kind == "identify"
        for pattern in options.get("match_request_uri", [])
        if re.match(pattern.strip("/"), uri)
    ]
    assert len(matching) <= 1, f"{uri} is taken for {matching}"
    return "".join(matching)


def test_phones_register_with_a_digest_never_a_password(tmp_path: Path) -> None:
    text = "".join(files(tmp_path).values())
    secrets = Secrets.load_or_create(tmp_path, {})
    auth = sections(files(tmp_path)["pjsip.conf"])["1001", "auth"]
    assert auth["password_digest"] == [f"MD5:{secrets.phone_ha1('1001')}"]
    assert secrets.phone_password("1001") not in text
    for hidden in (secrets.site_key, secrets.redis_password):
        assert hidden not in text


def test_the_order_that_lets_trunk_and_phones_share_an_address(tmp_path: Path) -> None:
    conf = files(tmp_path)["pjsip.conf"]
    assert sections(conf)["global", "global"]["endpoint_identifier_order"] == ["request_uri,username,ip"]
    assert "[leg](!)" in conf and "media_address = 127.0.0.1" in conf and "ice_support = no" in conf


@pytest.mark.parametrize("uri", [LOOPBACK_URI, "sip:4001860@localhost", "sips:4001861;user=phone@127.0.0.1"])
def test_our_numbers_on_loopback_are_the_local_trunk(tmp_path: Path, uri: str) -> None:
    assert taken_by(files(tmp_path)["pjsip.conf"], uri) == "trunk-local"


@pytest.mark.parametrize("uri", [OUTSIDE_URI, "sip:4001869@127.0.0.1", "sip:1001@127.0.0.1", "sip:127.0.0.1"])
def test_nothing_else_is_the_local_trunk(tmp_path: Path, uri: str) -> None:
    assert taken_by(files(tmp_path)["pjsip.conf"], uri) == ""


def test_the_local_trunk_lets_loopback_in_only(tmp_path: Path) -> None:
    local = sections(files(tmp_path)["pjsip.conf"])["trunk-local", "endpoint"]
    assert local["deny"] == ["0.0.0.0/0", "::/0"]
    assert local["permit"] == ["127.0.0.0/8,::1/128"]


def test_a_carriers_numbers_are_its_own_from_outside_and_local_from_here(tmp_path: Path) -> None:
    carrier = Trunk(name="carrier", peers=("203.0.113.0/28",), dids=("4001860",), channels=30)
    conf = files(tmp_path, site(carrier))["pjsip.conf"]
    assert taken_by(conf, OUTSIDE_URI) == "trunk-carrier"
    assert taken_by(conf, "sip:4001860@12.7.0.1") == "trunk-carrier"
    assert taken_by(conf, "sip:4001860@sip.example.org") == "trunk-carrier"
    assert taken_by(conf, LOOPBACK_URI) == "trunk-local"
    parts = sections(conf)
    assert parts["trunk-carrier", "endpoint"]["permit"] == ["203.0.113.0/28"]
    assert "TRUNK_CHANNELS=30" in parts["trunk-carrier", "endpoint"]["set_var"]
    assert parts["trunk-carrier-addresses", "identify"]["match"] == ["203.0.113.0/28"]


def test_a_trunk_on_loopback_has_its_numbers_there(tmp_path: Path) -> None:
    carrier = Trunk(name="carrier", peers=("127.0.0.1",), dids=("4001860",))
    conf = files(tmp_path, site(carrier))["pjsip.conf"]
    assert taken_by(conf, LOOPBACK_URI) == "trunk-carrier"
    assert taken_by(conf, "sip:4001861@127.0.0.1") == "trunk-local"
    # its address alone means nothing: phones have it too
    assert ("trunk-carrier-addresses", "identify") not in sections(conf)


def test_a_number_two_trunks_carry_lets_both_in(tmp_path: Path) -> None:
    one = Trunk(name="one", peers=("203.0.113.1",), dids=("4001860",))
    two = Trunk(name="two", peers=("198.51.100.1",), dids=("4001860",))
    conf = files(tmp_path, site(one, two))["pjsip.conf"]
    assert taken_by(conf, OUTSIDE_URI) == "trunk-one"
    assert sections(conf)["trunk-one", "endpoint"]["permit"] == ["203.0.113.1,198.51.100.1"]


def test_a_trunk_that_registers(tmp_path: Path) -> None:
    trunk = Trunk(name="isp", host="sip.example.org", register=True, username="u;1", dids=("4001860",), transport="tcp")
    with pytest.raises(SettingsError, match="isp"):
        files(tmp_path, site(trunk))
    Secrets.load_or_create(tmp_path, {}).set_trunk_secret("isp", "a;b")
    text = files(tmp_path, site(trunk))["pjsip.conf"]
    parts = sections(text)
    assert "password = a\\;b" in text
    registration = parts["trunk-isp-registration", "registration"]
    assert registration["server_uri"] == ["sip:sip.example.org:5060;transport=tcp"]
    assert registration["client_uri"] == ["sip:u;1@sip.example.org"]
    assert registration["contact_user"] == ["4001860"]
    assert "permit" not in parts["trunk-isp", "endpoint"]


def test_one_way_in_for_each_number_and_a_message_box_behind_it(tmp_path: Path) -> None:
    dialplan = files(tmp_path, ari_app="hotline")["extensions.conf"]
    plain, alarm = dialplan.split("exten => 4001860,")[1].split("exten => 4001861,")
    way_in = "Stasis(hotline,in,${EXTEN},${TRUNK},${CALLERID(num-pres)},${FILTER(0-9+,${REDIRECTING(from-num)})})"
    assert plain.count(way_in) == 1 and alarm.count(way_in) == 1
    assert "Stasis(hotline,code,${PHONE},${EXTEN})" in dialplan
    assert "away,${EXTEN},1" in plain
    assert "Dial(PJSIP/1001&PJSIP/1002,30,ir)" in alarm
    # an emergency is never refused for want of channels, nor offered a recording instead of a person
    assert "Hangup(17)" in plain and "Hangup(17)" not in alarm
    assert "Goto(away" not in alarm.split("[away]")[0]
    assert "Record(/var/spool/asterisk/recording/away/${EPOCH}_${EXTEN}_${FROM}_${UNIQUEID}.wav" in dialplan


def test_the_notice_is_the_sites_own_prompt_where_there_is_one(tmp_path: Path) -> None:
    told = small_site().script
    spoken = {"en": {"router/away": ("sound:hotline/en/router/away",)}}
    dialplan = files(tmp_path, site(script=msgspec.structs.replace(told, prompts=spoken)))["extensions.conf"]
    assert "Playback(hotline/en/router/away)" in dialplan


def test_ami_may_ask_and_never_act(tmp_path: Path) -> None:
    text = files(tmp_path)["manager.conf"]
    rights = sections(text)["hotline", ""]
    assert rights["write"] == ["reporting"]
    assert not {"originate", "system", "command", "config"} & set(rights["write"][0].split(","))
    assert "eventfilter(action(include),name(ContactStatus)) =" in text


def test_everything_binds_the_host_of_the_settings(tmp_path: Path) -> None:
    made = files(tmp_path, host="127.0.0.9", sip_port=5070, ari_port=8099, ami_port=5099)
    assert made["pjsip.conf"].count("bind = 127.0.0.9:5070") == 2
    assert "bindaddr = 127.0.0.9\nbindport = 8099" in made["http.conf"]
    assert "bindaddr = 127.0.0.9\nport = 5099" in made["manager.conf"]


@pytest.mark.parametrize(("host", "rewritten"), [("127.0.0.1", "no"), ("192.0.2.10", "yes")])
def test_a_phones_own_word_on_where_it_is_counts_on_loopback_only(tmp_path: Path, host: str, rewritten: str) -> None:
    assert f"rewrite_contact = {rewritten}\n" in files(tmp_path, host=host)["pjsip.conf"]


def test_modules_are_named_once_and_nothing_is_loaded_by_itself(tmp_path: Path) -> None:
    names = [name for group in MODULES.values() for name in group]
    assert len(names) == len(set(names))
    text = files(tmp_path)["modules.conf"]
    assert "autoload = no" in text
    for dangerous in ("app_system", "func_shell", "app_originate", "res_agi", "func_curl", "res_clioriginate"):
        assert dangerous not in text


@pytest.mark.parametrize("name", ["10 01", "1001]\n[evil", "trunk-1", "a;b"])
def test_a_phones_name_cannot_add_configuration(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetupError, match="phone"):
        files(tmp_path, site(phones={PhoneName(name): Phone(name=PhoneName(name))}))


def test_files_are_replaced_whole_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    write({"a.conf": "1\n", "b.conf": "2\n"}, folder)
    write({"a.conf": "3\n"}, folder)
    assert [path.name for path in folder.iterdir()] == ["a.conf"]
    assert (folder / "a.conf").read_text() == "3\n"
    assert stat.S_IMODE((folder / "a.conf").stat().st_mode) == 0o640


def test_a_class_of_music_per_folder_and_asterisks_own_unless_replaced(tmp_path: Path) -> None:
    plain = files(tmp_path)["musiconhold.conf"]
    assert "[default]" in plain and "directory = moh" in plain
    calm = files(tmp_path, site(music=("calm",)))["musiconhold.conf"]
    assert "[calm]\nmode = files\ndirectory = sounds/hotline/music/calm\n" in calm and "[default]" in calm
    own = files(tmp_path, site(music=("default",)))["musiconhold.conf"]
    assert own.count("[default]") == 1 and "directory = moh" not in own
