"""The page as it is served: everything that stands still on it, and the places of what moves."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pos_counter_page import codes
from pos_counter_page.lessons import Course, Lesson
from pos_counter_page.names import titles
from pos_counter_page.pictures import SWEEP
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, tag

if TYPE_CHECKING:
    from pos_counter_page.shop import RunningShop

LANGUAGES = {"fr": "Français", "en": "English"}
CAPACITY = 15_000
STEPS = (0, 100, 250, 480, 1000)
"""Grams that a touch lays on the platter."""


class Page:
    """Draws the page; what moves on it comes from the board."""

    def __init__(
        self,
        shop: "RunningShop",
        keymaps: tuple[str, ...],
        course: Callable[[], Course],
        hinders: Callable[[Course, Lesson], str],
    ) -> None:
        self._shop = shop
        self._keymaps = keymaps
        self._course = course
        self._hinders = hinders

    def sheet(self) -> str:
        """The sheet of barcodes; nothing where the till is off."""
        stand = self._shop.stand
        if stand is None or stand.app.till is None:
            return ""
        day = datetime.fromisoformat(self._shop.clock.now().at).date()
        team = stand.source.script.files.get("équipe", "") if self._shop.hired else ""
        return codes.draw(stand.app.till.counter.desk.catalog, day, team)

    def scene(self) -> str:
        """What was done so far, as a page of scenes; an owner's shop comes with `--config`."""
        shop, title = self._shop, say("Ce qui a été fait")
        return shop.recording.as_page(title, shop.playing.blocks(), codes.TEAM)

    def draw(self) -> str:
        """The whole document, in the language that the till speaks now."""
        body = tag(
            "body", self._bar(), tag("div", id="mistakes", role="alert"),
            tag("main", *_counter(), id="counter"), *self._asides(),
            tag("div", id="words", role="status", aria_live="polite"),
            data_power="starting", data_language=self._shop.source.language,
            data_lost=say("Le comptoir ne répond pas : ce geste s'est perdu."),
        )  # fmt: skip
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", say("Le comptoir")),
            tag("link", rel="icon", href="data:,"),
            tag("link", rel="stylesheet", href="counter.css"),
            tag("script", type="module", src="counter.js"),
        )
        return "<!doctype html>\n" + tag("html", head, body, lang=self._shop.source.language)

    def _bar(self) -> Markup:
        source = self._shop.source
        maps = [
            tag("option", name, value=value, selected=value == source.keymap)
            for name, value in (
                (say("de la boutique"), ""), *((each, each) for each in self._keymaps)
            )
        ]
        tongues = [
            tag("option", name, value=code, lang=code, selected=code == source.language)
            for code, name in LANGUAGES.items()
        ]
        return tag(
            "header",
            tag("h1", say("Le comptoir"), tag("small", say("simulation"))),
            tag("div", id="clock"),
            tag(
                "nav",
                *(_opener(name, title) for name, title in _asides_titles()),
                aria_label=say("Volets"),
            ),
            tag(
                "div",
                _choice("keymap", say("Clavier"), maps),
                _choice("language", say("Langue"), tongues),
                tag("button", say("Son"), type="button", id="sound", aria_pressed="false"),
                class_="choices",
            ),
        )

    def _asides(self) -> Iterator[Markup]:
        titles = dict(_asides_titles())
        yield _aside("lessons", titles["lessons"], *_lessons(self._course(), self._hinders))
        yield _aside("codes", titles["codes"], *_codes())
        yield _aside("breaks", titles["breaks"], *_breaks())
        yield _aside("inside", titles["inside"], *_inside())


def _lessons(course: Course, hinders: Callable[[Course, Lesson], str]) -> Iterator[Markup]:
    # Drawn anew at each step: aloud, only what is to be done now.
    yield tag("div", id="lesson")
    yield tag("p", id="step", role="status", class_="unseen")
    yield tag(
        "button", say("Revenir à la boutique"), type="button", data_lesson=0, id="leave",
        hidden=True,
    )  # fmt: skip
    yield tag("p", say("Chaque leçon ouvre une boutique neuve ; la vôtre vous attend."))
    if course.home is not None:
        yield tag("p", say("Elles se donnent dans la boulangerie d'exemple, avec ses articles."))
    items = []
    for number, lesson in enumerate(course.lessons, 1):
        why = hinders(course, lesson)
        note = tag("small", why, class_="cause") if why else ""
        items.append(tag(
            "li", tag("span", lesson.title, note),
            tag("button", say("Essayer"), type="button", data_lesson=number, disabled=bool(why)),
            tag("button", say("Montrer"), type="button", data_lesson=number, data_show="1",
                disabled=bool(why)),
            data_number=number, data_title=lesson.title,
        ))  # fmt: skip
    yield tag("ol", *items, id="course")
    yield tag(
        "section",
        tag("h3", say("Vous savez tenir cette caisse")),
        tag("p", say("Ce que vous avez appris :")),
        tag("ul", *(tag("li", lesson.title) for lesson in course.lessons)),
        tag("button", say("Imprimer cette carte"), type="button", id="print"),
        id="card", hidden=True,
    )  # fmt: skip


def _codes() -> Iterator[Markup]:
    yield tag("p", say("Un clic scanne. Le code-barres d'un ticket du rouleau se clique aussi."))
    yield tag(
        "div",
        tag("button", say("Faire venir l'équipe"), type="button", id="team"),
        tag("a", say("Garder ce qui a été fait, en scène"), href="scene.md", download="scene.md"),
        class_="steps",
    )
    yield tag(
        "label", tag("span", say("Chercher")),
        tag("input", type="search", id="search", autocomplete="off"), class_="platter",
    )  # fmt: skip
    yield tag("div", id="sheet")


def _asides_titles() -> tuple[tuple[str, str], ...]:
    return (
        ("lessons", say("Leçons")),
        ("codes", say("Codes-barres")),
        ("breaks", say("Pannes")),
        ("inside", say("Coulisses")),
    )


def _choice(name: str, title: str, options: list[Markup]) -> Markup:
    return tag("label", tag("span", title), tag("select", *options, data_choose=name))


def _opener(name: str, title: str) -> Markup:
    return tag(
        "button", title, type="button", data_opens=name, aria_expanded="false", aria_controls=name
    )


def _part(name: str, title: str, *inside: str) -> Markup:
    return tag("section", tag("h2", title, class_="unseen"), *inside, class_=f"part {name}",
               aria_label=title)  # fmt: skip


def _counter() -> Iterator[Markup]:
    yield _part(
        "customer", say("Afficheur du client"),
        tag("div", tag("div", id="display", role="status", aria_live="polite", aria_atomic="true"),
            class_="glass"),
        tag("div", id="second", role="status", aria_label=say("Second afficheur")),
        tag("button", say("Rallumer la caisse"), type="button", id="relight", hidden=True),
    )  # fmt: skip
    yield _part("scale", say("Balance"), *_scale())
    yield _part("keys", say("Clavier de la caisse"), tag("div", id="keypad"), _scanner())
    yield _part(
        "printer", say("Imprimante"),
        tag("div", tag("div", id="earlier"), tag("div", id="papers"), tag("div", id="hanging"),
            id="roll", tabindex=0, role="region", aria_label=say("Rouleau des tickets")),
        tag("div", tag("span", class_="slot"), tag("span", class_="led"), class_="mouth",
            aria_hidden="true"),
        tag("button", say("Image du dernier ticket"), type="button", id="picture", disabled=True),
    )  # fmt: skip
    yield _part("card", say("Terminal de paiement"), *_card())
    yield _part(
        "drawer", say("Tiroir-caisse"), drawer(),
        tag("button", say("Fermer le tiroir"), type="button", id="shut", disabled=True),
    )  # fmt: skip


def _card() -> Iterator[Markup]:
    yield tag("div", id="amount", role="status", aria_live="polite")
    for how, text in (
        ("approve", say("accepter")), ("refuse", say("refuser")),
        ("abandon", say("partir sans payer")), ("lose-after", say("couper la ligne")),
    ):  # fmt: skip
        yield tag("button", text, type="button", class_=how, data_card=how, disabled=True)


def _scanner() -> Markup:
    return tag(
        "form",
        tag("label", say("Douchette"), for_="code"),
        tag("input", id="code", name="code", autocomplete="off", spellcheck="false",
            placeholder=say("un code-barres, puis Entrée")),
        tag("button", say("Scanner"), type="submit"),
        id="scanner",
    )  # fmt: skip


def _scale() -> Iterator[Markup]:
    yield _dial()
    yield tag("div", id="weight", role="status", aria_label=say("Poids affiché"))
    yield tag(
        "label", tag("span", say("Posé sur le plateau")),
        tag("input", type="range", min=0, max=CAPACITY, step=5, value=0, id="grams",
            aria_label=say("Grammes sur le plateau")),
        class_="platter",
    )  # fmt: skip
    steps = [
        tag("button", f"{grams} g" if grams else say("vide"), type="button", data_grams=grams)
        for grams in STEPS
    ]
    yield tag("div", *steps, class_="steps")
    yield tag(
        "div",
        tag("button", say("Tare"), type="button", data_scale="tare"),
        tag("button", say("Zéro"), type="button", data_scale="zero"),
        class_="steps own",
    )


def _dial() -> Markup:
    """A round face; its hand is turned by the page's style."""
    marks = []
    for step in range(31):
        angle = math.radians(SWEEP * step / 30 - 225)
        long = step % 2 == 0
        inner = 74 if long else 79
        x, y = math.cos(angle), math.sin(angle)
        marks.append(
            tag("line", x1=f"{100 + inner * x:.1f}", y1=f"{100 + inner * y:.1f}",
                x2=f"{100 + 85 * x:.1f}", y2=f"{100 + 85 * y:.1f}", class_="long" if long else None)
        )  # fmt: skip
        if step % 6 == 0:
            marks.append(
                tag("text", str(step // 2), x=f"{100 + 60 * x:.1f}", y=f"{106 + 60 * y:.1f}",
                    text_anchor="middle")
            )  # fmt: skip
    hand = tag("g", tag("path", d="M97 108L99 34h2L103 108z"), tag("circle", cx=100, cy=100, r=8),
               class_="hand")  # fmt: skip
    return tag(
        "svg", tag("circle", cx=100, cy=100, r=96, class_="rim"),
        tag("circle", cx=100, cy=100, r=90, class_="face"), *marks,
        tag("text", "kg", x=100, y=146, text_anchor="middle", class_="unit"), hand,
        viewBox="0 0 200 200", class_="dial", aria_hidden="true",
    )  # fmt: skip


COINS = ((34, "gold", "2"), (30, "gold", "1"), (27, "brass", "50"), (25, "brass", "20"),
         (21, "copper", "5"))  # fmt: skip


def drawer() -> Markup:
    """Seen from above: its tray slides out as it opens."""
    notes = [
        tag("g", tag("rect", x=x, y=14, width=104, height=64, rx=4, class_=f"note n{value}"),
            tag("text", str(value), x=x + 52, y=54, text_anchor="middle"))
        for x, value in ((20, 5), (136, 10), (252, 20), (368, 50))
    ]  # fmt: skip
    coins = []
    for at, (radius, metal, text) in enumerate(COINS):
        for pile in (8, 4, 0):
            x, y = 64 + at * 93, 124 - pile
            coins.append(tag("circle", cx=x, cy=y, r=radius * 0.8, class_=f"coin {metal}"))
        coins.append(tag("text", text, x=64 + at * 93, y=130, text_anchor="middle"))
    bottom = tag("rect", x=6, y=4, width=480, height=170, rx=8, class_="tray")
    tray = tag("g", bottom, *notes, *coins, class_="inside")
    front = tag(
        "g", tag("rect", x=0, y=0, width=492, height=56, rx=8, class_="front"),
        tag("circle", cx=246, cy=28, r=10, class_="lock"), class_="face",
    )  # fmt: skip
    return tag("svg", tray, front, viewBox="0 0 492 236", class_="till", id="drawer",
               preserveAspectRatio="xMidYMin slice", role="img",
               aria_label=say("Tiroir-caisse"))  # fmt: skip


def _aside(name: str, title: str, *inside: str) -> Markup:
    close = tag("button", "×", type="button", class_="close", aria_label=say("Fermer le volet"))
    return tag("aside", tag("h2", title), close, *inside, id=name, hidden=True, aria_label=title)


def _toggle(text: str, **data: str) -> Markup:
    return tag("button", text, type="button", class_="toggle", aria_pressed="false", **data)


def _breaks() -> Iterator[Markup]:
    yield tag("p", say("La caisse dit elle-même ce qu'il faut faire : lire l'afficheur."))
    ails = (
        ("unplugged", say("débranché")), ("mute", say("muet")), ("late", say("lent")),
        ("garbled", say("brouillé")),
    )  # fmt: skip
    for device, name in titles().items():
        if device == "drawer":  # behind the printer: it has no cable of its own
            continue
        buttons = [
            _toggle(text, data_cable=device, data_ail=ail, data_state=f"{device}.{ail}")
            for ail, text in ails
            if device != "tpe" or ail == "unplugged"
        ]
        if device == "printer":
            buttons += [
                _toggle(text, data_printer=ail, data_state=f"printer.{ail}")
                for ail, text in (
                    ("paper_out", say("plus de papier")),
                    ("paper_low", say("fin du rouleau proche")),
                    ("cover_open", say("capot ouvert")),
                    ("failing", say("massicot bloqué")),
                )
            ]  # fmt: skip
        yield tag("fieldset", tag("legend", name), *buttons)
    yield tag(
        "fieldset", tag("legend", say("Le courant")),
        tag("button", say("Couper le courant"), type="button", data_power="cut"),
        tag("button", say("Rallumer"), type="button", data_power="back"),
        tag("button", say("Redémarrer"), type="button", data_power="restart"),
    )  # fmt: skip
    yield tag(
        "fieldset", tag("legend", say("Le boîtier")),
        _toggle(say("disque plein"), data_disk="", data_state="disk.full"),
        _toggle(say("réseau coupé"), data_network="", data_state="network.away"),
    )
    shifts = ((0, say("à l'heure")), (-86400, say("hier")), (3600, say("une heure d'avance")),
              (-1_700_000_000, say("en 1972")))  # fmt: skip
    yield tag(
        "fieldset", tag("legend", say("L'horloge")),
        tag("p", say("La caisse le note dans son journal, et le dit en redémarrant.")),
        *(
            tag("button", text, type="button", class_="toggle", data_clock=seconds,
                data_is=f"clock.wrong_by={seconds}", aria_pressed="false")
            for seconds, text in shifts
        ),
    )  # fmt: skip


def _inside() -> Iterator[Markup]:
    yield tag("h3", say("La journée"))
    yield tag("div", id="figures")
    yield tag("h3", say("Les appareils"))
    yield tag("ul", id="devices")
    yield tag("h3", say("Le journal"))
    yield tag("ol", id="lines", tabindex=0, aria_label=say("Le journal"))
    yield tag("h3", say("Les octets sur les câbles"))
    yield tag("ul", id="wires", tabindex=0, aria_label=say("Les octets sur les câbles"))
