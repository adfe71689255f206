"""The command line `pos-terminal`: each command in its own module, so that none pays for all."""

import pos_terminal.process.uncollected  # isort: skip  before all that is loaded
import pos_terminal.process.lean_imports  # isort: skip  before what it makes lean
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pos_terminal
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.process.loading import loaded, loading
from pos_terminal.process.output import fail
from pos_terminal.process.translation import CONFIG, language_named, set_language
from pos_terminal.process.usage import Misuse, Parser

loaded()

COMMANDS = {
    "run": "tient la caisse : appareils, ventes, journal",
    "status": "dit comment va la caisse, et si elle vend",
    "logs": "montre ce que la caisse qui tourne vient de dire, et la suit",
    "demo": "vend sous vos yeux une matinée de boulangerie inventée",
    "counter": "ouvre une boutique entière dans le navigateur, pour toucher la caisse",
    "scenes": "joue les scènes d'une page sur des appareils simulés",
    "replay": "revend des tickets enregistrés sur des appareils simulés",
    "config": "fait les réglages d'une nouvelle boutique, ou en vérifie",
    "catalog": "reprend les articles d'une boutique en ligne",
    "agent": "fait tourner ce qui regarde dehors : alertes, services",
    "alerts": "dit ce qui est en panne sur le boîtier, et qui en est prévenu",
    "update": "met à jour un boîtier fait par l'image, ou revient à la version d'avant",
    "stick": "lit une clé USB pour la caisse (pour l'unité du système)",
    "selftest": "essaie le boîtier, la caisse et chaque appareil, et dit ce qui va",
    "changes": "dit ce qui a changé : réglages, catalogue, version, vendeurs, interventions",
    "report": "rassemble pour un technicien l'état, les lignes et les réglages, sans secrets",
    "support": "fait venir quelqu'un de loin : clés, relais, certificats, connexion",
    "driver": "écrit le paquet d'un nouveau pilote, avec ses essais",
    "scale": "cherche le protocole que comprend une balance",
    "devices": "dit ce qui est branché et qui le prend, l'essaie ou l'adopte",
    "drivers": "donne les pilotes installés et leurs réglages",
    "plugins": "donne les modules, leur état et pourquoi",
    "sheet": "dessine ou imprime les codes de commande et les étiquettes de touches",
    "labels": "imprime des étiquettes de rayon",
    "keys": "montre, essaie ou apprend le plan de touches d'un clavier",
    "close": "clôt le jour, le mois ou l'exercice : le Z",
    "commission": "met la caisse en service : jusque-là elle vend en simulation",
    "handover": "passe la caisse d'un boîtier à un autre, par une clé USB",
    "journal": "montre, vérifie, archive, sauvegarde, remet ou purge le journal",
    "archive": "vérifie une archive, sans la caisse qui l'a faite",
    "payments": "retrouve un paiement par carte, rapproche les terminaux du journal",
    "stock": "montre le stock, le versé et le vendu, et ce qu'il faut produire",
    "clerk": "dit qui peut s'identifier, et ce que chacun peut faire",
    "person": "donne, exporte ou efface ce qui est tenu des personnes",
}
"""Each command by its name, with what it does."""

DONE, BAD, USAGE = 0, 1, 2
"""Exit status: done; the thing asked about is bad; wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    set_language(language_named(_config(words)))
    parsed, refuse = _parsed(words)
    try:
        status: int = parsed.run(parsed)
    except Misuse as error:
        refuse(str(error))
    except Failure as error:
        return fail(error, as_json=parsed.json)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # «journal show | head» is no failure
        sys.stderr.close()
        return DONE
    return status


def _parsed(words: Sequence[str]) -> tuple[Namespace, Callable[[str], NoReturn]]:
    """What the words ask for, and what refuses it with the command's usage.

    All that was made to understand them ends here: a till runs for months.
    """
    parser = Parser("pos-terminal", description=say("La caisse, et tout ce qui se fait autour."))
    parser.add_argument(
        "--version", action="version", version=pos_terminal.__version__, help=say("sa version")
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar=say("COMMANDE"))
    named = [word for word in words[:1] if word in COMMANDS]
    for name in named or COMMANDS:  # nobody reads the list who knows the name
        subparsers.add_parser(name, help=say(COMMANDS[name]))
    for name in named:
        with loading():
            module = import_module(f"pos_terminal.commands.{name}")
        module.add_arguments(subparsers.choices[name])
        subparsers.choices[name].set_defaults(run=module.run)
    parsed = parser.parse_args(words)
    return parsed, subparsers.choices[parsed.command].error


def _config(words: Sequence[str]) -> Path:
    """The settings that the command names, whose language it speaks from its first word on."""
    for at, word in enumerate(words):
        if word.startswith("--config="):
            return Path(word.partition("=")[2])
        if word == "--config":
            return Path(*words[at + 1 : at + 2])
    return CONFIG


if __name__ == "__main__":
    sys.exit(main())
