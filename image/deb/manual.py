"""Write the manual pages: pos-terminal(1) of its own help, terminal.toml(5) of its page."""

import argparse
import re
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from pos_terminal import __version__
from pos_terminal.__main__ import COMMANDS
from pos_terminal.domain.language import say
from pos_terminal.process.translation import set_language
from pos_terminal.process.usage import Parser

PAGE = Path(__file__).parent.parent.parent / "docs" / "configuration.md"


def main(place: Path, moment: int) -> None:
    """Below `place`, as man(1) looks for them; `moment` (seconds since 1970) is their date."""
    day = datetime.fromtimestamp(moment, UTC).date().isoformat()
    for language, folder in (("fr", place / "fr"), ("en", place)):
        set_language(language)
        write(folder / "man1" / "pos-terminal.1", command_page(day))
    write(place / "man5" / "terminal.toml.5", settings_page(day))


def write(file: Path, text: str) -> None:
    """A page in its section's folder; debhelper compresses it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def header(name: str, section: int, day: str, what: str) -> str:
    """The first lines, by which man and apropos know a page."""
    title = f'.TH {name} {section} {day} "pos-terminal {__version__}"\n'
    return f"{title}.SH NAME\n{name.lower()} \\- {roff(what)}\n"


def command_page(day: str) -> str:
    """Each command with what `--help` says of it."""
    what = say("La caisse, et tout ce qui se fait autour.").rstrip(".")
    lines = [
        header("POS-TERMINAL", 1, day, what),
        ".SH SYNOPSIS\n.B pos-terminal\n" + say("COMMANDE") + " ...\n",
    ]
    for name in COMMANDS:
        parser = Parser(f"pos-terminal {name}", description=say(COMMANDS[name]))
        import_module(f"pos_terminal.commands.{name}").add_arguments(parser)
        lines += [f".SH {name.upper()}\n", verbatim(parser.format_help())]
        for action in parser._actions:  # argparse has no public way to a command's commands
            if isinstance(action, argparse._SubParsersAction):
                for below, its in action.choices.items():
                    lines += [f".SS {name} {below}\n", verbatim(its.format_help())]
    return "".join([*lines, ".SH SEE ALSO\n.BR terminal.toml (5)\n"])


def verbatim(text: str) -> str:
    """Lines that stand as they are."""
    return f".nf\n{roff(text)}\n.fi\n"


def settings_page(day: str) -> str:
    """docs/configuration.md: headings, tables as tagged paragraphs, examples as they stand."""
    body = re.sub(r"<!--.*?-->", "", PAGE.read_text(), flags=re.DOTALL)
    parts = re.split(r"^(```.*?^```$)", body, flags=re.DOTALL | re.MULTILINE)
    lines = [header("TERMINAL.TOML", 5, day, "the settings of pos-terminal"), ".SH DESCRIPTION\n"]
    for part in parts:
        if part.startswith("```"):
            lines.append(verbatim("\n".join(part.splitlines()[1:-1])))
        else:
            lines += [marked(line) for line in part.splitlines()]
    return "".join([*lines, ".SH SEE ALSO\n.BR pos-terminal (1)\n"])


def marked(line: str) -> str:
    """One line of Markdown outside of an example."""
    if line.startswith("# ") or re.fullmatch(r"[|\s:-]*", line):
        return "" if line else ".PP\n"
    if heading := re.match(r"#+ (.*)", line):
        return f".SH {roff(plain(heading[1]))}\n"
    if line.startswith("|"):
        tag, *rest = (plain(cell.strip()) for cell in line.strip("|").split("|"))
        return f".TP\n.B {roff(tag)}\n{roff(' — '.join(cell for cell in rest if cell))}\n"
    return f"{roff(plain(line))}\n"


def plain(text: str) -> str:
    """Without links and marks."""
    return re.sub(r"[`*]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text))


def roff(text: str) -> str:
    """Text that groff takes for text: no escapes, no line that begins like a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
