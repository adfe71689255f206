"""Refusals of refunds, credit notes and gift vouchers. Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

TICKET_FOR_WHAT = _fault(
    "S-200",
    "RF PUIS LE TICKET",
    "Un ticket a été scanné sans dire ce qu'il faut en faire.",
    "Taper C ; pour rembourser, RF puis scanner ; pour un duplicata, son numéro et TICKET.",
)
TICKET_ELSEWHERE = _fault(
    "S-201",
    "AUTRE CAISSE",
    "Ce ticket est d'une autre caisse ou d'un autre magasin.",
    "Taper C ; le rembourser à la caisse qui l'a imprimé.",
)
TICKET_OF_TRAINING = _fault(
    "S-202",
    "TICKET FACTICE",
    "Ce ticket est celui d'un exercice : rien n'a été payé.",
    "Taper C.",
)
TICKET_BUSY = _fault(
    "S-203",
    "TICKET EN COURS",
    "Une autre vente, pas encore finie, rembourse déjà ce ticket.",
    "Taper C et finir d'abord cette vente (REPRISE, ou son vendeur).",
)
NOT_ON_THAT_TICKET = _fault(
    "S-204",
    "PAS SUR CE TICKET",
    "Le ticket à rembourser n'a pas cet article, ou pas à ce prix.",
    "Taper C et vérifier le ticket ; RF seul finit ce remboursement.",
)
NOTHING_TO_REFUND = _fault(
    "S-259",
    "PAS DE MARCHANDISE",
    "Ce ticket n'a rien vendu qui se reprenne : un bon, un versement, ou des retours.",
    "Taper C ; un acompte ou des arrhes se rendent par leur commande (RF 123 ACOMPTE).",
)
ALREADY_RETURNED = _fault(
    "S-205",
    "DEJA REMBOURSE",
    "Tout ce que ce ticket a de cet article est déjà revenu.",
    "Taper C.",
)
MORE_THAN_SOLD = _fault(
    "S-206",
    "PLUS QUE VENDU",
    "Il reste moins de cet article à rendre sur ce ticket.",
    "Taper C et retaper la quantité.",
)
FIRM_PRICE = _fault(
    "S-207",
    "PRIX SANS REMISE",
    "Ce qui revient d'un ticket, ou un bon, a le prix qui a été payé.",
    "Taper C ; faire la remise sur les autres articles.",
)
REFUND_LIMIT = _fault(
    "S-208",
    "AVOIR OU CARTE SVP",
    "Le magasin limite ce qui est rendu en espèces.",
    "Taper C, puis ce que dit l'afficheur (AVOIR, CARTE), ou une somme en espèces plus petite.",
)
NOTHING_TO_PAY_OUT = _fault(
    "S-209",
    "RIEN A RENDRE",
    "Un avoir se fait quand la caisse doit de l'argent au client.",
    "Taper C ; pour payer avec un avoir, le scanner ou taper son numéro avant AVOIR.",
)
PAPER_UNREADABLE = _fault(
    "S-210",
    "NUMERO OU CODE FAUX",
    "Le code du ticket ou du bon est abîmé, ou un chiffre est faux.",
    "Taper C et scanner de nouveau, ou taper le numéro.",
)
VOUCHER_UNKNOWN = _fault(
    "S-211",
    "BON INCONNU",
    "Aucun bon ni avoir de cette caisse ne porte ce numéro.",
    "Taper C et vérifier le numéro ; l'utiliser à la caisse qui l'a fait.",
)
VOUCHER_USED_UP = _fault(
    "S-212",
    "BON EPUISE",
    "Ce bon ou cet avoir a été utilisé en entier.",
    "Taper C et prendre un autre moyen de paiement.",
)
VOUCHER_EXPIRED = _fault(
    "S-213",
    "BON PERIME",
    "La date limite de ce bon est passée.",
    "Taper C et prendre un autre moyen de paiement.",
)
VOUCHER_TOO_SMALL = _fault(
    "S-214",
    "SOLDE INSUFFISANT",
    "Le bon ne vaut plus autant que la somme tapée.",
    "Taper C, puis le bon sans somme : il paie ce qu'il peut.",
)
VOUCHER_TAKEN = _fault(
    "S-215",
    "BON DEJA PRIS",
    "Ce bon sert déjà dans cette vente, ou dans une autre pas encore finie.",
    "Taper C ; CORR le reprend s'il est dans cette vente.",
)
VOUCHER_NOT_FOR_THESE = _fault(
    "S-216",
    "PAS POUR CE TAUX",
    "Ce bon ne paie que des articles d'un taux de TVA, et la vente n'en a pas assez.",
    "Taper C ; enregistrer d'abord les articles, ou CORR pour reprendre le bon.",
)
VOUCHER_NOT_RETURNED = _fault(
    "S-217",
    "BON NON REPRIS",
    "Un bon vendu ne se rend pas : il circule peut-être.",
    "Taper C.",
)
NO_VOUCHER = _fault(
    "S-218",
    "PAS DE BON",
    "Le dernier ticket n'a fait ni bon ni avoir à réimprimer.",
    "Taper C.",
)
NOTHING_DUE = _fault(
    "S-219",
    "RIEN A PAYER",
    "La vente ne doit rien, ou la caisse doit de l'argent au client.",
    "Taper C.",
)
VOUCHER_FOR_ADVANCE = _fault(
    "S-236",
    "PAS POUR UN BON",
    "Ni bon, ni avoir, ni arrhes, ni ce qui revient ne paient un bon ou un versement d'avance.",
    "Taper C ; payer cette part autrement (ESPECES, CARTE), ou rendre d'abord ce qui revient.",
)
VOUCHER_KEY = _fault(
    "S-250",
    "CLE DES BONS ABSENTE",
    "La clé qui fait et reconnaît les bons (keys/vouchers.key) manque, ou n'est pas la bonne.",
    "Vendre sans bons ; remettre keys/ depuis sa sauvegarde, sinon « journal voucher-key ».",
    Tone.ALARM,
)
VOUCHER_KEY_OTHER = _fault(
    "S-251",
    "AUTRE CLE DES BONS",
    "La clé des bons n'est plus celle d'avant : les bons déjà faits ne sont plus reconnus.",
    "Remettre keys/vouchers.key depuis la sauvegarde des clés, puis redémarrer la caisse.",
    Tone.ALARM,
)
VOUCHER_KEY_THERE = _fault(
    "S-253",
    "CLE DES BONS LA",
    "Il y a une clé des bons, ou il n'en faut pas encore : rien n'est à recommencer.",
    "Redémarrer la caisse ; si elle dit encore S-250, ôter ce fichier, puis recommencer.",
)
VOUCHER_LOCKED = _fault(
    "S-252",
    "BONS BLOQUES",
    "Trop de numéros de bons inconnus à la suite : quelqu'un en essaie peut-être.",
    "Taper C, attendre une demi-minute ou plus, et prendre un autre moyen de paiement.",
)
DEPOSIT_TOO_LARGE = _fault(
    "S-237",
    "ACOMPTE > ACHATS",
    "L'acompte ou le bon déduit dépasse ce que coûtent les articles de la vente.",
    "Taper C ; ajouter des articles, ou CORR pour reprendre l'acompte, puis le rendre par RF.",
)
RETURN_DISCOUNTED = _fault(
    "S-238",
    "REMISE DANS LA VENTE",
    "L'article est dans la vente avec une remise : un retour au prix plein rendrait trop.",
    "Taper C, puis ANNULER et l'article ; ou CORR pour reprendre d'abord la remise.",
)
REFUND_MEANS = _fault(
    "S-239",
    "AUTREMENT SVP",
    "Cet argent ne peut pas être rendu ainsi, ou pas autant : cela dépend de comment il fut payé.",
    "Taper C, puis ce que dit l'afficheur, ou une somme plus petite ([refunds] des réglages).",
)
