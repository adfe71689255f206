"""Days of what is seldom keyed: weights, parts, nothing, the last cent, three means at once."""

from typing import ClassVar

from tests.support.random_days import BACK, BESIDE, GOODS, PAID, SOLD, Days


class OddDays(Days):
    """The same shop, with more to sell, and customers who want it otherwise."""

    goods: ClassVar[str] = (
        GOODS
        + """4,COMTE,"24,90",,kg,5.5,frais
12,JUS,"3,33",,cl,5.5,boisson,10
13,OFFERT,"0,00",,,5.5,vienn
"""
    )
    sold_keys: ClassVar[tuple[str, ...]] = (
        *SOLD,
        "480 g 4 PLU", "137 g 4 PLU", "3 g 4 PLU", "RF 137 g 4 PLU", "0,333 x 12 PLU", "9 x 13 PLU",
        "0,001 x 2 PLU", "0,5 x 23 PLU", "1,5 x 23 PLU", "RF 0,5 x 23 PLU", "RF 0,5 x 2 PLU",
        "90 PRIX 23 PLU", "0 PRIX 2 PLU", "3 PRIX 7 PLU", "5 x 3 x 1000 PRIX 2 PLU", "RF 20 PLU",
        "100 %", "ST 100 %", "ST 33 %", "1 REMISE", "ST 1 REMISE", "PRO", "PERSO 1 PLU", "ST PLACE",
        "VOID 23 PLU", "VOID 4 PLU", "VOID 91 PLU", "RF 91 PLU", "2 x 500 PRIX 91 PLU", "2 RECALL",
        "1 PRIX 7 ARRHES", "5,5 TAUX 1 PRIX 8 ACOMPTE", "10 TAUX 777 PRIX 9 ACOMPTE", "9 COMMANDE",
        "RF 9 ACOMPTE", "RF 50 PRIX 9 ACOMPTE", "RF 7 PLU",
    )  # fmt: skip
    paid_keys: ClassVar[tuple[str, ...]] = (
        *PAID,
        "100 CASH 4 ENCOMPTE", "1 CARD", "50 CHEQUE 50 TR CASH", "20EUR", "10EUR 10EUR",
        "100 AVOIR", "200 AVOIR CASH", "1 AVOIR CARD CASH", "DON CASH", "7 DON CARD", "1 TR CASH",
        "CARD TR CASH AVOIR", "CASH CARD CARD TICKET", "BREF NOTE",
    )  # fmt: skip
    back_keys: ClassVar[tuple[str, ...]] = (
        *BACK,
        "100 g 4 PLU", "4 PLU", "0,3 x 23 PLU", "1 PLU 1 PLU CORR", "3 x 2 PLU", "TICKET RF 5 PLU",
        "8 PLU", "12 PLU", "0,1 x 12 PLU", "9 PLU TICKET", "TICKET RF 500 PRIX 7 ARRHES",
        "TICKET RF 2000 PRIX 91 PLU", "TICKET RF 4 REGLE",
    )  # fmt: skip
    beside_keys: ClassVar[tuple[str, ...]] = (
        *BESIDE,
        "2 TIROIR 1 MOTIF 100 SORTIE", "2 TIROIR 100 PRELEV", "2 MOTIF 1 ENTREE", "4 RELEVE",
    )  # fmt: skip
