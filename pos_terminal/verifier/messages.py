"""What the verifier says, in French and in English, and how it says that something is wrong."""

from collections.abc import Callable
from typing import Any


def rows(text: str) -> "list[list[str]]":
    """A table's lines, each with its columns."""
    return [line.split("|") for line in text.strip("\n").splitlines()]


def day_and_hour(iso: str) -> str:
    """A local time as people write it."""
    return f"{'/'.join(reversed(iso[:10].split('-')))} {iso[11:16]}"


SAID = {key: (french, english) for key, french, english in rows("""
path|{0} : ni un fichier ni un dossier|{0}: neither a file nor a folder
cut|le ZIP est tronqué ou abîmé : {0}|the ZIP is cut short or damaged: {0}
foreign|ce n'est pas une archive de caisse|this is no archive of a till
newer|archive plus récente : prenez son propre verify.py|a newer archive: take its own verify.py
twice|{0} est deux fois dans le ZIP|{0} is twice in the ZIP
long|{0} est démesuré une fois décompressé|{0} is beyond measure once unpacked
bare|manifest.sig manque : personne n'en répond|manifest.sig is missing: nobody vouches for it
paper|la tête imprimée {0} n'est pas dans l'archive|the printed head {0} is not in the archive
stranger|aucune clé qui réponde de sa fin n'est {0}|no key that vouches for its end is {0}
seen|ce qui dit qu'un témoin l'a vue n'est pas signé par un témoin|no witness signed that it saw it
missing|il manque le fichier {0}|the file {0} is missing
extra|{0} n'est pas au manifeste|{0} is not in the manifest
changed|{0} n'est pas le fichier archivé (empreinte)|{0} is not the file that was archived (hash)
text|le texte {0} qu'il nomme n'est pas là|the text {0} that it names is not there
unreadable|{0} est illisible : {1}|{0} is unreadable: {1}
strange|la structure du fichier est inattendue : {0}|the file's structure is unexpected: {0}
end|le manifeste annonce une autre fin du journal|the manifest tells another end of the journal
broken|l'archive a été faite d'un journal abîmé : {0}|it was made of a damaged journal: {0}
name|le nom de la clé n'est pas son empreinte|the key's name is not its hash
proof|la nouvelle clé n'a pas signé|the new key did not sign
nowhere|cette clé ne suit pas la précédente|this key does not follow the one before it
heir|la clé n'est pas signée par celle qui devait|the key is not signed by the one that had to
hidden|keys.json ne dit rien de cette clé|keys.json tells nothing of this key
nobody|aucune clé : rien n'est signé, rien n'est prouvé|no key: nothing is signed or proven
unsigned|elle n'est pas signée|it is not signed
forged|sa signature n'est pas celle de la clé en vigueur|its signature is of another key
gone|elle manque ; l'écriture {0} vient ensuite|it is missing; record {0} comes next
spoilt|ce n'est pas une écriture de caisse : {0}|it is no record of a till: {0}
link|elle ne suit pas l'écriture {0} : prev ou seq est d'une autre|it does not follow record {0}
hash|ses octets ne sont pas ceux de son empreinte|its bytes are not those of its hash
form|sa forme n'est pas canonique|its form is not canonical
till|elle est d'une autre caisse|it is another till's
number|ticket {0} : son numéro ne suit pas|ticket {0}: not the next number
rates|ticket {0} : TVA et lignes diffèrent|ticket {0}: VAT and lines differ
paid|ticket {0} : lignes, total et paiements diffèrent|ticket {0}: lines, total and payments differ
total|ses totaux perpétuels ne sont pas ceux des tickets|its perpetual totals are not the tickets'
sale|vente {0} : ni ouverte, ni la suivante|sale {0}: not open, nor the next
sold|vente {0} : elle ne dit pas ce qui fut vendu ou payé|sale {0}: not what was sold or paid
never sold|ticket {0} : il n'a pas vendu ce qui revient|ticket {0}: it did not sell what comes back
too much|ticket {0} : plus revient que ce qui fut payé|ticket {0}: more comes back than was paid
before|ticket {0} : ce qui était déjà revenu est autre|ticket {0}: what had come back is another sum
no paper|{0} : il n'y a rien de ce numéro à imprimer|{0}: nothing of that number to print
copy|{0} : copie {1}, et c'est la copie {2} qui suit|{0}: copy {1}, and copy {2} is the next
unasked|{0} : la copie {1} n'a pas été demandée|{0}: copy {1} was not asked for
due|l'événement {0} devait suivre le démarrage|the event {0} was due behind the start
code|le code {0} du JET est celui d'un autre genre|the JET's code {0} is that of another kind
start|démarrage après {0}, et c'était après {1}|a start after {0}, and it was after {1}
stopped|une vente, et la caisse est à l'arrêt|a sale, and the till is stopped
prices|vente sur un catalogue qui n'est pas en vigueur|a sale by a catalogue that is not in force
training|formation : ceci n'en est pas, ou en est|training: this is none of it, or is
outage|panne : elle ne compte pas ce qui fut saisi|breakdown: it does not count what was entered
handed|la caisse était remise à la clé {0}|the till had been handed over to key {0}
archive|archive de {0} à {1} : tout n'en était pas là|an archive of {0} to {1}: not all was there
purge|purge jusqu'à {0} : sans Z, archive ou soldes|purge up to {0}: no Z, archive or balances
voucher|bon {0} : il paie plus qu'il ne valait|voucher {0}: it pays more than it was worth
closure|clôture : son numéro ne suit pas|closure: not the next number
again|clôture de {0} déjà faite, ou d'autres jours|closure of {0}: made before, or of other days
sums|clôture : elle n'est pas la somme des tickets|closure: it is not the sum of tickets
table|{0} dit {1} et l'écriture {2}|{0} says {1} and the record {2}
rows|{0} a des lignes en trop|{0} has too many rows
customer|le client scellé n'est pas celui de la facture|the sealed customer is not the invoice's
locked|la clé donnée n'ouvre pas son client|the key given does not open its customer
opened|Facture {0}, écriture {1} : {2}|Invoice {0}, record {1}: {2}
sealed|Clients de factures : {0} scellés, {1} plus tenus|Customers of invoices: {0} sealed, {1} gone
columns|{0} a d'autres colonnes|{0} has other columns
entry|fec.txt dit « {0} » et l'écriture « {1} »|fec.txt says «{0}» and the record «{1}»
no ticket|{0} : ce n'est pas le code d'un ticket|{0}: no ticket's code
absent|l'écriture {0}, {1}, d'un ticket n'est pas ici|record {0}, {1}, of a ticket is not in here
other|ce n'est pas celle que nomme le ticket, {0}|it is not the one that the ticket names, {0}
proven|Ticket {0} du {1}, {2} : c'est l'écriture {3}|Ticket {0} of {1}, {2}: it is record {3}
stamp|ce n'est pas un horodatage de ceci : {0}|it is no time stamp of this: {0}
stamp cut|il est coupé|it is cut off
stamp digest|son empreinte n'est pas de SHA-2|its digest is none of SHA-2
stamp other|c'est l'horodatage d'autre chose|it is the time stamp of something else
stamp signs other|sa signature est d'autre chose|its signature is of something else
stamp nobody|aucun de ses certificats ne peut horodater|no certificate in it may stamp
stamp key|sa clé est d'un genre qui n'est pas admis|its key is of a kind that is not taken
stamp forged|sa signature est fausse|its signature is wrong
stamp stranger|il ne mène à aucune des autorités nommées|it leads to none of the authorities named
stamp none|il est illisible : {0}|it is unreadable: {0}
undated|aucun horodatage de ces autorités n'y est|no time stamp of these authorities is in it
dated|Daté jusqu'à l'écriture {0} : {1}|Dated up to record {0}: {1}
checkpoint|un point de contrôle dit autre chose|a checkpoint says otherwise
seal|un point de contrôle est mal signé|a checkpoint is wrongly signed
mark|le manifeste est mal signé|the manifest is wrongly signed
unsealed|le point de contrôle derrière elle manque|the checkpoint behind it is missing
orphan|un point de contrôle sans écriture|a checkpoint without its record
whose|Magasin {0}, caisse {1}, écritures {2} à {3}{4}|Shop {0}, till {1}, records {2}-{3}{4}
company|Entreprise {0}, SIRET {1}, TVA {2}, NAF {3}|Company {0}, SIRET {1}, VAT {2}, NAF {3}
nobody's|ENTREPRISE INCONNUE : rien ne dit à qui est la caisse|COMPANY UNKNOWN
key|Clé {0} en vigueur dès l'écriture {1}|Key {0} in force from record {1}
went on|Écriture {1} : clé {0} PERDUE, reprise : {2}|Record {1}: key {0} LOST, went on: {2}
lost|PERDUES : {0} écritures vues par un témoin|LOST: {0} records that a witness saw
counted|{0} tickets, {1} clôtures, {2} signatures|{0} tickets, {1} closures, {2} signatures
made|Archive notée, à montrer : écritures {1} à {2}, {0}|Archive on record, to show: {1}-{2}, {0}
points|{0} points de contrôle, {1} contresignatures|{0} checkpoints, {1} cosignatures
attested|Attesté jusqu'à l'écriture {0} par le témoin {1}|Attested up to record {0} by witness {1}
ends|Totaux perpétuels {0} ({1}), tête {2}|Perpetual totals {0} ({1}), head {2}
right|ARCHIVE CONFORME|THE ARCHIVE IS RIGHT
wrong|ARCHIVE NON CONFORME|THE ARCHIVE IS NOT RIGHT
record|ÉCRITURE {0} : {1}|RECORD {0}: {1}
since|{0} ; celle d'avant est du {1}|{0}; the one before it is of {1}
remedy|À faire : garder ce fichier tel quel ; vérifier une autre copie ; prévenir le support\
|To do: keep this file as it is; verify another copy; tell the support
unchecked|SIGNATURES NON VÉRIFIÉES : {0}|SIGNATURES NOT CHECKED: {0}
""")}  # fmt: skip
LANGUAGE = ["fr"]

Take = Callable[[int, "dict[str, Any]"], object]
"""Takes a record's number and what it says; raises Bad."""


def say(key: str, *facts: object) -> str:
    """The words in the language asked for."""
    return said(LANGUAGE[0], key, *facts)


def said(language: str, key: str, *facts: object) -> str:
    """The words in that language: French, or English («en»)."""
    return SAID[key][language == "en"].format(*facts)


class Bad(Exception):
    """Something is not as it must be: a key of SAID and its facts; `seq` is the record's.

    `before` is the local time of the record before it, where that is known: since when what follows
    is in doubt.
    """

    def __init__(self, key: str, *facts: object, seq: int = 0, before: str = "") -> None:
        super().__init__(key, *facts)
        self.key, self.facts, self.seq, self.before = key, facts, seq, before

    def since(self, before: str) -> "Bad":
        """The same, and when the record before was made."""
        return Bad(self.key, *self.facts, seq=self.seq, before=self.before or before)

    def how(self, language: str) -> str:
        """What is wrong, without where and since when."""
        return said(language, self.key, *self.facts)

    def __str__(self) -> str:
        told = self.how(LANGUAGE[0])
        told = say("record", self.seq, told) if self.seq else told
        return say("since", told, day_and_hour(self.before)) if self.before else told
