"""A catalogue whose articles have options."""

from tests.support.bench import BAGUETTE

HEADER = (
    "plu,name,price,unit,family,vat,barcode,price_staff,price_pro,vat_on_spot,option,for,min,max"
)


GOODS = f"""{HEADER}
1,TRADITION,"1,30",,pain,5.5,,"1,00","0,90"
2,BAGUETTE,"1,00",,pain,5.5,{BAGUETTE}
3,CAFE,"1,50",,bar,5.5,,,,10
4,TOURTE,"6,00",kg,pain,5.5
5,VIN,"8,00",,cave,20
6,DIVERS,,,,20,,,,,,,"0,50","10,00"
50,COUPE,"0,15",,,,,"0,10",,,COUPE,pain
51,PETIT,0,,,,,,,,TAILLE!,bar
52,GRAND,"0,50",,,,,,,,TAILLE!,bar;5
53,CHAUD,0,,,,,,,,FOUR,
54,SIROP,"0,30",,,20,,,,,SIROP,3
"""
