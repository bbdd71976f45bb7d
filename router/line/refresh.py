"""Gives a running Asterisk its configuration anew: changed trunks, numbers, phones or passwords, no call disturbed."""

from router.line import asterisk_conf, asterisk_root, console
from router.line.folders import Folders
from router.line.lock import holder
from router.line.secrets import Secrets
from router.settings import Settings
from router.site import Site

_RELOADS = (
    "module reload res_pjsip.so",
    "module reload res_pjsip_endpoint_identifier_ip.so",
    "module reload res_pjsip_outbound_registration.so",
    "dialplan reload",
    "moh reload",
)


async def refresh(settings: Settings, site: Site, secrets: Secrets) -> bool:
    """Write the configuration and let our running Asterisk read it; say whether it did.

    False where no line of this home is up, or the Asterisk is not ours: it is written all the same, to be read at the
    next start. Ports and addresses change at a start only.

    Raises:
        SetupError, SettingsError: it cannot be rendered or written, or Asterisk's console does not answer.
    """
    folders = Folders.of(settings)
    own = settings.asterisk == "own"
    files = asterisk_conf.render(settings, site, secrets, folders)
    asterisk_conf.write(files, folders.asterisk_etc, asterisk_root.inspect(folders.root).gid if own else None)
    if not own or holder(folders.lock) == 0:
        return False
    for command in _RELOADS:
        await console.ask(folders.asterisk / "run", command)
    return True
