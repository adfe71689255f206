"""Clerks: who may sign on, and what each may do; a new one, a new PIN, a badge, an end.

No page asks for a PIN or shows a badge: a PIN is typed at the counter by whose it is to be, for the
digits that stand here, and a badge comes out of the printer there.
"""

from collections.abc import Mapping

from msgspec import Struct

from pos_service_console import frame
from pos_service_console.till import done
from pos_terminal.agent.console_pages import Answer, Asked, Html, NoSuchPage, Redirect
from pos_terminal.agent.world import Agent
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.staff.clerks import HIGHEST, ORDINARY


class Clerk(Struct, frozen=True):
    """One, as the till tells."""

    number: int
    rights: list[str]
    badge: bool
    training: bool


class Known(Struct, frozen=True):
    """One, and his name, empty for none."""

    clerk: Clerk
    name: str


class Clerks(Struct, frozen=True):
    """All, and whose PINs are waited for."""

    clerks: list[Known]
    asked: list[int]


class PinCode(Struct, frozen=True):
    """What is to be typed at the counter."""

    code: str
    seconds: int


class ClerkPages:
    """The pages over this terminal's clerks."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def answer(self, asked: Asked) -> Answer:
        """One of them, by the path. ChannelError where the till would not."""
        match asked.path, asked.form:
            case (), None:
                return await self._list(asked)
            case ("new",), None:
                return Html(say("Nouveau vendeur"), _new(asked.token))
            case ("new",), form if form is not None:
                return await self._enrol(asked, form)
            case (number,), None:
                return await self._one(asked, _number(number))
            case (number, act), form if form is not None:
                return await self._change(asked, _number(number), act, form)
        raise NoSuchPage

    async def _list(self, asked: Asked) -> Html:
        found = await done(self._agent, asked.visitor.grant, "clerk.list", {}, Clerks)
        head = (say("N°"), say("Nom"), say("Droits"), say("Badge"))
        rows = (
            (tag("a", str(each.clerk.number), href=f"/clerks/{each.clerk.number}"),
             each.name or "–", _summary(each.clerk), say("oui") if each.clerk.badge else "–")
            for each in found.clerks
        )  # fmt: skip
        waits = (
            frame.notice(say("Le code du vendeur {number} est attendu à la caisse.", number=each))
            for each in found.asked
        )
        more = tag("div", tag("a", say("Nouveau vendeur"), href="/clerks/new"), class_="moves")
        table = frame.card(frame.table(head, rows, wide=True))
        return Html(say("Vendeurs"), joined(*waits, more, table), again=5 if found.asked else 0)

    async def _one(self, asked: Asked, number: int) -> Html:
        found = await done(self._agent, asked.visitor.grant, "clerk.list", {}, Clerks)
        one = next((each for each in found.clerks if each.clerk.number == number), None)
        if one is None:
            raise NoSuchPage

        def button(act: str, text: str, told: str) -> Markup:
            return frame.section(text, frame.form(
                f"/clerks/{number}/{act}", asked.token, tag("p", told, class_="small"),
                tag("button", text, class_="quiet"),
            ))  # fmt: skip

        rights = frame.form(
            f"/clerks/{number}/rights", asked.token, _rights(frozenset(one.clerk.rights)),
            tag("button", say("Changer les droits")),
        )  # fmt: skip
        return Html(
            f"{say('Vendeur {number}', number=number)} {one.name}".rstrip(),
            joined(
                tag("p", tag("a", say("Tous les vendeurs"), href="/clerks")),
                frame.notice(say("C'est fait.")) if "done" in asked.query else "",
                frame.section(say("Droits"), rights),
                button("pin", say("Nouveau code"), say("Il se tape à la caisse, deux fois.")),
                button("badge", say("Nouveau badge"),
                       say("Il sort de l'imprimante de la caisse ; l'ancien ne vaut plus.")),
                button("end", say("Ne vend plus ici"), say("Ses ventes restent au journal.")),
            ),
        )  # fmt: skip

    async def _enrol(self, asked: Asked, form: Mapping[str, str]) -> Html:
        number = form.get("number", "").strip()
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= HIGHEST):
            told = say("Un numéro va de 1 à {highest}.", highest=HIGHEST)
            wrong = frame.notice(told, bad=True)
            return Html(say("Nouveau vendeur"), joined(wrong, _new(asked.token)), status=422)
        arguments = {
            "number": int(number), "rights": _chosen(form), "training": "training" in form,
            "name": form.get("name", "").strip()[:60],
        }  # fmt: skip
        code = await done(self._agent, asked.visitor.grant, "clerk.enrol", arguments, PinCode)
        return _digits(int(number), code)

    async def _change(
        self, asked: Asked, number: int, act: str, form: Mapping[str, str]
    ) -> Answer:
        of = {"number": number}
        grant = asked.visitor.grant
        match act:
            case "rights":
                rights = {**of, "rights": _chosen(form)}
                await done(self._agent, grant, "clerk.rights", rights, Clerk)
            case "pin":
                return _digits(number, await done(self._agent, grant, "clerk.renew", of, PinCode))
            case "badge":
                await done(self._agent, grant, "clerk.badge-print", of, Clerk)
            case "end":
                await done(self._agent, grant, "clerk.remove", of, Clerk)
                return Redirect("/clerks")
            case _:
                raise NoSuchPage
        return Redirect(f"/clerks/{number}?done=1")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST):
        raise NoSuchPage
    return int(text)


def _digits(number: int, asked: PinCode) -> Html:
    """What to do at the counter, as it is done when somebody signs in."""
    steps = (
        say("Taper ces six chiffres, puis ACCES"),
        say("Le vendeur tape son nouveau code, VENDEUR"),
        say("Il le tape encore une fois, VENDEUR"),
    )
    body = joined(
        tag("p", f"{asked.code[:3]} {asked.code[3:]}", class_="code"),
        tag("ol", *(tag("li", each) for each in steps)),
        tag("p", say("Ces chiffres valent dix minutes. Aucune page ne demande jamais de code."),
            class_="small"),
        tag("p", tag("a", say("C'est tapé"), href="/clerks")),
    )  # fmt: skip
    return Html(say("À la caisse : vendeur {number}", number=number), body)


def _new(token: str) -> Markup:
    fields = tag(
        "div",
        tag("label", say("Numéro"),
            tag("input", name="number", inputmode="numeric", required=True, autocomplete="off")),
        tag("label", say("Nom que dit l'accueil"),
            tag("input", name="name", maxlength="60", autocomplete="off")),
        class_="fields",
    )  # fmt: skip
    training = _box("training", say("Tout ce qu'il vend n'est qu'exercice"), checked=False)
    return frame.card(frame.form(
        "/clerks/new", token, fields, training, _rights(ORDINARY), tag("button", say("Continuer"))
    ))  # fmt: skip


def _rights(has: frozenset[str]) -> Markup:
    names = _names()
    boxes = (_box(f"right-{each.value}", names[each], checked=each in has) for each in Right)
    return tag("fieldset", tag("legend", say("Droits")), *boxes)


def _box(name: str, text: str, *, checked: bool) -> Markup:
    box = tag("input", type="checkbox", name=name, value="1", checked=checked)
    return tag("label", box, text, class_="check")


def _chosen(form: Mapping[str, str]) -> list[str]:
    return [each.value for each in Right if f"right-{each.value}" in form]


def _summary(clerk: Clerk) -> str:
    names = _names()
    if len(clerk.rights) == len(Right):
        said = say("tous")
    else:
        said = ", ".join(names[Right(each)] for each in clerk.rights) or say("aucun")
    return f"{said} ({say('formation')})" if clerk.training else said


def _names() -> dict[Right, str]:
    return {
        Right.VOID: say("annuler une ligne"),
        Right.CANCEL: say("annuler une vente"),
        Right.OVERRIDE: say("changer un prix"),
        Right.RETURN: say("reprendre un article"),
        Right.REFUND: say("rembourser"),
        Right.DISCOUNT: say("faire une remise"),
        Right.NO_SALE: say("ouvrir le tiroir"),
        Right.PAYMENT: say("corriger un paiement"),
        Right.MANUAL: say("poids tapé"),
        Right.OUTAGE: say("tickets de secours"),
        Right.INSPECTION: say("contrôle"),
        Right.CASH: say("fond et sorties"),
        Right.CLOSE: say("X et Z"),
        Right.STOCK: say("stock"),
        Right.ACCOUNT: say("vente en compte"),
        Right.TRAINING: say("formation"),
        Right.ACCESS: say("donner un accès, cette console"),
        Right.SUPPORT: say("assistance"),
    }
