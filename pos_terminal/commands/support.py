"""`pos-terminal support`: the side of the support, on its own machines and on the relay.

`keys` makes a terminal's two keys; `relay-init` and `enrol` make and fill the relay's folder;
`sign` gives a supporter his two certificates; `connect` goes to a terminal. On the terminal
`recordings` and `replay` are for the shop. Exit status: 0 done, 1
it could not be done; of `connect`, ssh's own.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from pos_terminal.commands import support_recordings, support_relay
from pos_terminal.commands.argument import add_json
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.domain.staff.support import UNATTENDED, heard
from pos_terminal.process.output import print_json

PORT = 2200
"""Of a relay, unless one is said: no other service of the machine has it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar=say("ACTION"))
    keys = commands.add_parser("keys", help=say("fait les deux clés d'une caisse, sur elle"))
    _folder(keys, "--out", say("le dossier des clés"))
    init = commands.add_parser("relay-init", help=say("fait le dossier d'un relais"))
    _folder(init, "--out", say("le dossier à faire"))
    _file(init, "--ca", say("la clé publique de l'autorité"))
    _number(init, "--port", PORT, say("le port du relais"))
    init.add_argument("--local", action="store_true", help=say("pour un essai : écoute ici seul"))
    enrol = commands.add_parser("enrol", help=say("inscrit une caisse au relais"))
    _relay_and_till(enrol)
    _file(enrol, "--key", say("support-key.pub"))
    _file(enrol, "--host-key", say("support-host-key.pub"))
    _number(enrol, "--listen", 0, say("son port sur le relais"))
    sign = commands.add_parser("sign", help=say("signe les deux certificats d'une personne"))
    _till(sign)
    _file(sign, "--ca", say("la clé privée de l'autorité"))
    sign.add_argument(
        "--code", default=UNATTENDED, metavar=say("CODE"),
        help=say("le code du ticket ; la nuit, rien"),
    )  # fmt: skip
    sign.add_argument("--who", required=True, metavar=say("NOM"), help=say("qui vient"))
    _number(sign, "--minutes", 30, say("combien de temps ils valent"))
    sign.add_argument("key", type=Path, metavar=say("FICHIER"), help=say("sa clé publique"))
    connect = commands.add_parser("connect", help=say("va sur une caisse"))
    _relay_and_till(connect)
    connect.add_argument(
        "--host", required=True, metavar=say("NOM"), help=say("le nom ou l'adresse du relais")
    )
    _number(connect, "--port", 0, say("le port du relais, si ce n'est celui de son dossier"))
    _file(connect, "--key", say("sa clé"))
    connect.add_argument(
        "--write", type=Path, metavar=say("FICHIER"),
        help=say("écrit seulement la configuration de ssh"),
    )  # fmt: skip
    connect.add_argument(
        "line", nargs="*", metavar=say("COMMANDE"), help=say("une commande, sans quoi on en tape")
    )
    for each in (keys, init, enrol, sign, connect):
        add_json(each)
    recordings = commands.add_parser(
        "recordings", help=say("les séances enregistrées qui sont encore là")
    )
    replay = commands.add_parser("replay", help=say("montre une séance, comme elle s'est passée"))
    support_recordings.add_arguments(recordings, replay)


def _file(parser: argparse.ArgumentParser, option: str, what: str) -> None:
    parser.add_argument(option, type=Path, required=True, metavar=say("FICHIER"), help=what)


def _folder(parser: argparse.ArgumentParser, option: str, what: str) -> None:
    parser.add_argument(option, type=Path, required=True, metavar=say("DOSSIER"), help=what)


def _number(parser: argparse.ArgumentParser, option: str, usual: int, what: str) -> None:
    parser.add_argument(option, type=int, default=usual, metavar=say("NUMERO"), help=what)


def _till(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", default="1", metavar=say("NOM"), help=say("le magasin de la caisse")
    )
    parser.add_argument(
        "--terminal", default="1", metavar=say("NUMERO"), help=say("le numéro de la caisse")
    )


def _relay_and_till(parser: argparse.ArgumentParser) -> None:
    _folder(parser, "--relay", say("le dossier du relais"))
    _till(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0, or 1 with the reason."""
    does = {
        "keys": _keys, "relay-init": _init, "enrol": _enrol, "sign": _sign, "connect": _connect,
        "recordings": support_recordings.list_all, "replay": support_recordings.play,
    }  # fmt: skip
    return does[arguments.what](arguments)


def _keys(arguments: argparse.Namespace) -> int:
    made = support_relay.new_keys(arguments.out)
    _told(arguments, {"files": [str(each) for each in made]}, "\n".join(map(str, made)))
    return 0


def _init(arguments: argparse.Namespace) -> int:
    support_relay.init(arguments.out, arguments.ca, arguments.port, local=arguments.local)
    config = arguments.out / support_relay.CONFIG
    _told(arguments, {"config": str(config)}, f"/usr/sbin/sshd -t -f {config}")
    return 0


def _enrol(arguments: argparse.Namespace) -> int:
    made = support_relay.enrol(
        arguments.relay, (arguments.store, arguments.terminal), arguments.key, arguments.host_key,
        arguments.listen,
    )  # fmt: skip
    relay_key = (arguments.relay / f"{support_relay.HOST_KEY}.pub").read_text().split()
    ca = (arguments.relay / support_relay.CA).read_text().split()
    text = (
        f'[service.support]\nrelay = "..."\nrelay_port = {support_relay.port(arguments.relay)}\n'
        f'listen = {made.port}\n'
        f'relay_key = "{" ".join(relay_key[:2])}"\nca = "{" ".join(ca[:2])}"'
    )
    _told(arguments, {"name": made.name, "listen": made.port}, text)
    return 0


def _sign(arguments: argparse.Namespace) -> int:
    try:
        code = arguments.code if arguments.code == UNATTENDED else heard(arguments.code)
    except ValueError as error:
        raise Failure(faults.BAD_REQUEST, say("un code a douze signes")) from error
    made = support_relay.sign(
        arguments.ca, arguments.key, (arguments.store, arguments.terminal), code,
        who=arguments.who, seconds=arguments.minutes * 60,
    )  # fmt: skip
    _told(arguments, {"files": [str(each) for each in made]}, "\n".join(map(str, made)))
    return 0


def _connect(arguments: argparse.Namespace) -> int:
    known = support_relay.terminals(arguments.relay)
    wanted = (arguments.store, arguments.terminal)
    found = next((each for each in known if (each.store, each.terminal) == wanted), None)
    if found is None:
        raise Failure(faults.BAD_REQUEST, say("le relais n'a pas cette caisse"))
    relay = (arguments.host, arguments.port or support_relay.port(arguments.relay))
    whereto = (arguments.relay, found, relay, arguments.key)
    if arguments.write:
        support_relay.client_config(arguments.write, *whereto)
        _told(arguments, {"name": found.name}, f"ssh -F {arguments.write} {found.name}")
        return 0
    with tempfile.TemporaryDirectory(prefix="pos-support-") as folder:
        config = Path(folder) / "ssh_config"
        support_relay.client_config(config, *whereto)
        # As long as the supporter stays: no bound is right for that but his own.
        return subprocess.call(["ssh", "-F", str(config), found.name, *arguments.line])


def _told(arguments: argparse.Namespace, facts: dict[str, object], text: str) -> None:
    if arguments.json:
        print_json(facts)
    else:
        print(text)
