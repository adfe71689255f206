"""The journal of technical events (JET), made again from the records."""

from typing import Any

from pos_terminal.verifier.messages import day_and_hour, rows

LABELS = {int(code): label for code, label in rows("""
20|Archivage d'une période
30|Archivage d'un exercice
40|Arrêt de la caisse
50|Clôture d'un jour ou d'un mois
60|Clôture d'un exercice
70|Passage en mode dégradé : signature indisponible, ou caisse en panne
80|Démarrage de la caisse ou prise de poste
90|Défaut d'intégrité constaté
100|Fonction particulière : lecture intermédiaire (X)
110|Export de données
120|Fin du mode dégradé
130|Droits d'un opérateur
150|Impression refusée ou incertaine
170|Fonds de caisse
200|Purge après archivage
220|Restauration d'une sauvegarde
230|Sauvegarde
240|Intervention par une commande
250|Changement de version du logiciel
260|Initialisation de la caisse
320|Vente abandonnée avant paiement
410|Identité de l'entreprise : première, ou changée
901|Démarrage après un arrêt brutal
910|Changement des réglages
911|Changement de catalogue, de prix ou de TVA
920|Saut de l'horloge
921|Horloge non fiable
930|Création de clés de signature
931|Renouvellement des clés de signature
933|Reprise du journal sous de nouvelles clés, les précédentes perdues ou laissées
934|Remise de la caisse à un autre boîtier
932|Clé des bons et avoirs
940|Début du mode formation
941|Fin du mode formation
950|Ouverture du tiroir sans vente
951|Entrée ou sortie d'espèces hors vente
952|Comptage du tiroir
953|Changement de moyen de paiement après vente
954|Duplicata d'un ticket
955|Décision sur un paiement dont personne ne sait l'issue
956|Numéro d'un terminal de paiement : premier, ou changé
957|Écart entre un terminal de paiement et le journal
960|Effacement de données personnelles
970|Fin de poste d'un opérateur
971|Code secret refusé
972|Code secret bloqué après des essais faux
973|Accord d'un responsable
974|Numéro de bon inconnu
980|Accès donné à un autre programme du poste
981|Intervention par un accès
982|Fin d'un accès
983|Entrée de l'assistance à distance
984|Code d'assistance faux
985|Commande de l'assistance
986|Réponse de la caisse à l'assistance
987|Sortie de l'assistance
""")}  # fmt: skip


DETAILS = {kind: (int(code), detail) for kind, code, detail in rows("""
till.stopped|40|{reason}
catalog.changed|911|catalogue {catalog}
operator.signed_on|80|opérateur {operator}
operator.signed_off|970|
operator.refused|971|opérateur {operator}, essai {tries}
operator.locked|972|opérateur {operator}
authority.given|973|responsable {authority}, {right}
grant.used|981|accès {grant}, {act}
grant.ended|982|accès {grant}, {why}, par {by}
support.opened|983|accès {grant}, {who}, {key}
support.refused|984|accès {grant}, {who}, {times} fois
period.reported|100|journée {session}
service.closed|100|journée {session}, service {name}
period.copied|954|Z {period} {number}, copie {copy}
training.started|940|sous la responsabilité de {supervisor}
training.ended|941|
archive.purged|200|enregistrements jusqu'à {last}
version.changed|250|{before} vers {after}
configuration.changed|910|{before:.12} vers {after:.12}
person.erased|960|{person}
key.made|930|{key}
key.rotated|931|{old:.12} vers {key:.12}
till.handed_over|934|{old:.12} à {key:.12}
signer.down|70|{signer} depuis {since} : {detail}
""")}  # fmt: skip
"""By kind its code, and what is said of the record's fields."""


Event = tuple[int, str]
"""A code, and what is said with it."""


def technical(kind: str, body: dict[str, Any]) -> "tuple[int, str, str] | None":
    """A record's code, label and detail among the technical events; None where it is none."""
    if kind in DETAILS:
        code, detail = DETAILS[kind]
        return code, LABELS[code], detail.format_map(body)
    for told in (of_the_till, of_people, of_periods, of_cash, of_the_system):
        found = told(kind, body)
        if found:
            return found[0], LABELS.get(found[0], ""), found[1]
    return None


def of_the_till(kind: str, body: dict[str, Any]) -> "Event | None":
    """Starts, what is in force, papers, sales that came to nothing."""
    if kind == "till.started":
        code = {"first": 260, "crash": 901}.get(body["after"], 80)
        return code, f"version {body['version']}"
    if kind == "promotions.changed":
        return 911, f"promotions {body['promotions'] or 'aucune'}"
    if kind == "sale.abandoned":
        return 320, f"vente {body['sale']}, {euros(body['total'])} €"
    if kind == "receipt.printed":
        form = f" ({body['form']})" if body["form"] else ""
        copy = f", copie {body['copy']}" if body["copy"] else ""
        what = f"ticket {body['series']}-{body['number']}{form}{copy}"
        if body["outcome"] != "printed":
            return 150, f"{what}, {body['fault']}"
        return (954, what) if body["copy"] else None
    if kind == "voucher.refused":
        return 974, f"essai {body['tries']}{', bons bloqués' if body['until'] else ''}"
    return None


def of_people(kind: str, body: dict[str, Any]) -> "Event | None":
    """What each clerk may do, and what the shop's support did from afar."""
    if kind == "clerk.changed":
        what = f"opérateur {body['operator']}, {body['change']}"
        return 130, f"{what}, droits {' '.join(body['rights']) or 'aucun'}, par {body['by']}"
    if kind == "clerks.found":
        who = (f"{each['operator']} {' '.join(each['rights'])}" for each in body["found"])
        return 130, f"fichier trouvé changé : {' ; '.join(who) or 'personne'}"
    if kind == "grant.given":
        what = f"{body['purpose']} {body.get('token', '')}".rstrip()
        given = f"accès {body['grant']}, {what}, {body['level']}, par {body['by']}"
        return 980, f"{given}, {body['seconds']} s"
    if kind == "support.commanded":
        done = "refusé" if body["refused"] else body["words"]
        return 985, f"accès {body['grant']}, {body['line']}, {done}"
    if kind == "support.answered":
        asked, answer = body["asked"] or "sans question", body["answer"] or "-"
        return 986, f"accès {body['grant']}, {asked}, {answer}, par {body['by']}"
    if kind == "support.closed":
        return 987, f"accès {body['grant']}, {body['recording'] or 'sans'}"
    return None


def of_periods(kind: str, body: dict[str, Any]) -> "Event | None":
    """Closures, archives, and terminals' days."""
    if kind == "terminal.reckoned" and body["said"] != body["journal"]:
        return 957, f"{body['terminal']}, {euros(body['said'])} € pour {euros(body['journal'])} €"
    if kind == "terminal.settled":
        allowed = f", accord de {body['authority']}" if body["authority"] else ""
        return 957, f"{body['terminal']}, écart de {euros(body['difference'])} € expliqué{allowed}"
    if kind == "period.closed" and body["period"] == "year":
        return 60, f"exercice {body['label']}, clôture {body['number']}"
    if kind == "period.closed":
        what = "jour" if body["period"] == "day" else "mois"
        how = ", automatique" if body["automatic"] else ""
        return 50, f"{what} {body['label']}, clôture {body['number']}{how}"
    if kind == "archive.made":
        span = f"enregistrements {body['first']} à {body['last']}"
        years = body.get("years")
        return (30, f"exercice {', '.join(years)}, {span}") if years else (20, span)
    return None


def of_cash(kind: str, body: dict[str, Any]) -> "Event | None":
    """Drawers, payments that were changed or decided, and terminals."""
    which = f", tiroir {body['drawer']}" if body.get("drawer", 1) > 1 else ""
    if kind == "drawer.opened":
        return 950, f"{body['reason']}, par {body['authority']}{which}"
    if kind == "cash.moved":
        code = 170 if body["movement"] == "float" else 951
        return code, f"{body['movement']} {euros(body['amount'])} €{which}"
    if kind == "cash.counted":
        return 952, f"{euros(body['counted'])} € pour {euros(body['expected'])} €{which}"
    if kind == "payment.changed":
        moved = f"{body['from_tender']} vers {body['to_tender']} {euros(body['amount'])} €"
        return 953, f"ticket {body['series']}-{body['number']}, {moved}"
    allowed = f", accord de {body['authority']}" if body.get("authority") else ""
    if kind == "payment.decided":
        became = f"payé {euros(body['amount'])} €" if body["paid"] else "pas payé"
        slip = f", auto {body['authorisation']}" if body["authorisation"] else ""
        return 955, f"{body['ref']}, {became}{slip}{allowed}"
    if kind == "terminal.known":
        return 956, f"{body['terminal']}, {body['identity'] or 'sans numéro'}{allowed}"
    return None


def of_the_system(kind: str, body: dict[str, Any]) -> "Event | None":
    """Commands, the program and whose it is, clocks, outages, keys."""
    if kind == "command.given":
        return 240, f"{body['command']}, par {whose(body)}"
    if kind == "jet":
        return body["code"], body["detail"]
    if kind == "program.found":
        plugins = ", ".join(f"{each['name']} {each['version']}" for each in body["plugins"])
        what = f"programme {body['digest'][:12]}, version {body['version']}"
        return 250, f"{what}, avec {plugins or 'aucun module'}"
    if kind == "company.identified":
        said = (body["name"], body["siret"], body["vat"], body["naf"], *body["address"])
        return 410, ", ".join(filter(None, said))
    if kind == "clock.jumped":
        return 920, f"{body['by'] / 1_000_000:+.3f} s"
    if kind in ("outage.started", "outage.ended"):
        since = f"panne depuis {day_and_hour(body['since'])}"
        allowed = f", accord de {body['authority']}" if body["authority"] else ""
        if kind == "outage.started":
            return 70, f"{since}, {body['reason']}{allowed}"
        return 120, f"{since} : {body['tickets']} ventes saisies, {euros(body['total'])} €{allowed}"
    if kind == "vouchers.keyed":
        return 932, f"{body['key']} {body['reason']}".rstrip()
    if kind == "key.replaced":
        gone = max(body["seen"] - body["after"], 0)
        lost = f", {gone} enregistrements perdus au moins" if gone else ""
        return 933, f"{body['old'][:12]} vers {body['key'][:12]} : {body['because']}{lost}"
    return None


def whose(body: dict[str, Any]) -> str:
    """Who gave a command."""
    if body["grant"]:
        return f"autorisation {body['grant']}"
    through = f", session de {body['login']}" if body["login"] else ""
    return f"{body['user'] or 'utilisateur'} (uid {body['uid']}{through})"


def euros(cents: int) -> str:
    """An amount as the tables have it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"
