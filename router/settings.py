"""Settings that belong to IT: addresses, ports, folders. From the environment (``HOTLINE_*``) or ``settings.toml``.

What belongs to operations staff is in the YAML; secrets are in ``<home>/secrets.json``, never here.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

DEFAULT_HOME = Path(".hotline")


class Settings(BaseSettings):
    """All settings, each with a default that works on one machine, on loopback."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="forbid", frozen=True, env_ignore_empty=True)

    home: Path = Field(DEFAULT_HOME, description="folder of everything the line writes: state, journal, logs, secrets")
    site: Path = Field(Path("ivr_flows/demo"), description="folder of the hotline's YAML")
    host: str = Field("127.0.0.1", description="address everything binds to")

    asterisk: Literal["own", "existing"] = Field("own", description="bring an Asterisk of our own, or use one there")
    asterisk_root: str = Field("", description="folder of the Asterisk built once; else <home>/asterisk-root")
    sip_port: int = Field(5060, ge=1, le=65535, description="UDP and TCP port of SIP")
    rtp_first: int = Field(10_000, ge=1024, le=65535, description="first UDP port of audio")
    rtp_last: int = Field(11_999, ge=1024, le=65535, description="last UDP port of audio")
    ari_port: int = Field(8088, ge=1, le=65535)
    ami_port: int = Field(5038, ge=1, le=65535)
    ari_url: str = Field("", description="existing Asterisk: http://host:port/ari; else made from host and ari_port")
    ari_user: str = "hotline"
    ari_app: str = Field("hotline", description="name of the Stasis application")
    ari_lanes: int = Field(4, ge=1, le=32, description="command sockets beside the event socket")
    ami_host: str = Field("", description="existing Asterisk: AMI's address; else host")
    ami_user: str = "hotline"
    shared: str = Field(
        "",
        description="folder of prompts and recordings as 'ROUTER_PATH:ASTERISK_PATH'; else <home>/shared at its place",
    )

    prompt_engine: Literal["espeak", "command", "http"] = Field("espeak", description="what speaks texts")
    prompt_command: str = Field("", description="engine command: its command line, with {file} and {text} or stdin")
    prompt_url: str = Field("", description="engine http: where texts are posted, with {language} and {voice}")
    prompt_voices: str = Field("", description="voice of each language, 'zh=cmn, en=en-gb'")
    prompt_timeout_s: float = Field(60, gt=0, le=3_600, description="how long an engine may take for one prompt")

    redis: Literal["own", "existing"] = Field("own", description="bring a Redis of our own, or use one there")
    redis_port: int = Field(6379, ge=1, le=65535)
    metrics_port: int = Field(9464, ge=0, le=65535, description="TCP port of /metrics, /livez, /readyz; 0: none")
    metrics_host: str = Field("127.0.0.1", description="address these bind to; they need no password")

    stream_keep_count: int = Field(1_000_000, ge=1_000, description="about how many records the stream of all keeps")
    stream_queue_keep_count: int = Field(200_000, ge=1_000, description="and that of each queue")
    stream_keep_days: int = Field(14, ge=0, le=3_660, description="days records stay in the streams; 0: until too many")
    redis_url: str = Field("", description="existing Redis: redis://host:port/db, the password is in the secrets")

    board: Literal["own", "off"] = Field("own", description="whether `hotline up` starts the wallboard")
    board_port: int = Field(8090, ge=1, le=65535, description="TCP port of the wallboard's page")
    archiving: Literal["own", "off"] = Field("own", description="whether `hotline up` keeps the archive up to date")
    archive: str = Field("", description="folder of the archive of records; else <home>/archive")
    archive_keep_days: int = Field(
        400, ge=1, description="how long archived records are kept (callers' numbers in them)"
    )
    facts_keep_days: int = Field(1_500, ge=1, description="how long the facts that measures are counted from are kept")
    figures: str = Field("", description="folder of roster, carrier's counts, monitored calls; else <home>/figures")

    smtp_host: str = Field("", description="mail server for `hotline report --mail`; its password is in the secrets")
    smtp_port: int = Field(0, ge=0, le=65535, description="its port; 0: the usual one of smtp_security")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_from: str = Field("", description="whom reports come from: hotline@example.org")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values win, then the environment, then ``settings.toml`` beside the work folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path("settings.toml"))
