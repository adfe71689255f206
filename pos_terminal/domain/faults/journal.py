"""The journal (J): its keys, its witness, and look-ups in it. Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

JOURNAL_FAILED = _fault(
    "J-101",
    "JOURNAL EN PANNE",
    "Le journal n'a pas pu être écrit ; rien n'est vendu.",
    "Attendre la reprise ; vérifier la place et le support de stockage.",
    Tone.ALARM,
)
DISK_FULL = _fault(
    "J-102",
    "DISQUE PLEIN",
    "Le support du journal est plein ; rien n'est vendu.",
    "Libérer de la place ; la vente reprend d'elle-même.",
    Tone.ALARM,
)
JOURNAL_LOCKED = _fault(
    "J-103",
    "JOURNAL OCCUPE",
    "Un autre programme tient ce journal.",
    "N'en lancer qu'un sur ce dossier.",
    Tone.ALARM,
)
JOURNAL_DAMAGED = _fault(
    "J-104",
    "JOURNAL ABIME",
    "Le journal ne se vérifie pas.",
    "Ne rien effacer ; appeler le support, qui lancera « journal verify ».",
    Tone.ALARM,
)
JOURNAL_FOREIGN = _fault(
    "J-105",
    "JOURNAL ETRANGER",
    "Ce dossier porte le journal d'une autre caisse ou d'un autre usage.",
    "Choisir un autre dossier avec --state.",
    Tone.ALARM,
)
JOURNAL_NEWER = _fault(
    "J-106",
    "VERSION TROP VIEILLE",
    "Le journal contient des écritures que cette version ne connaît pas.",
    "Remettre la version plus récente du logiciel.",
    Tone.ALARM,
)
JOURNAL_MISSING = _fault(
    "J-107",
    "PAS DE JOURNAL",
    "Ce dossier ne contient pas de journal.",
    "Nommer le bon dossier avec --state.",
)
STATE_OWNED = _fault(
    "J-131",
    "DOSSIER D'UN AUTRE",
    "Le dossier de la caisse est à un autre utilisateur du système.",
    "Relancer la même commande avec sudo : elle devient alors le propriétaire du dossier.",
)
STATE_SPOILT = _fault(
    "J-132",
    "DOSSIER MELANGE",
    "Un fichier du dossier de la caisse est un lien ou un tube, ou n'est pas à la caisse.",
    "Voir qui l'a mis là ; puis l'effacer, ou rendre le fichier à la caisse (chown).",
    Tone.ALARM,
)
TILL_RUNNING = _fault(
    "J-133",
    "CAISSE EN MARCHE",
    "La caisse tourne, et ceci ne se fait que lorsqu'elle est arrêtée.",
    "Arrêter la caisse (sudo systemctl stop pos-terminal), recommencer, puis la relancer.",
)
BACKUP_FAILED = _fault(
    "J-134",
    "PAS DE SAUVEGARDE",
    "La sauvegarde de la nuit n'a pas pu être faite ; la vente continue.",
    "Remettre la clé USB ou vérifier le dossier de [backup] ; la caisse réessaie dans l'heure.",
)
INVOICES_NOT_FILED = _fault(
    "J-136",
    "FACTURE NON DEPOSEE",
    "Le fichier d'une facture n'a pas pu être écrit dans son dossier ; elle est enregistrée.",
    "Vérifier le dossier de [invoices] et la table [seller] ; la caisse réessaie d'elle-même.",
)
COMMISSIONED = _fault(
    "J-137",
    "DEJA EN SERVICE",
    "La caisse est en service : son journal a commencé.",
    "Rien n'est à faire ; une caisse en service ne se remet pas à zéro.",
)
NOT_COMMISSIONED = _fault(
    "J-138",
    "PAS EN SERVICE",
    "La caisse n'est pas en service : ce qu'elle vend est une simulation.",
    "Lire la cause dite ; puis, caisse arrêtée, « pos-terminal commission ».",
)
HANDED_OVER = _fault(
    "J-139",
    "CAISSE REMISE",
    "Cette caisse a été remise à un autre boîtier : son journal continue là-bas, et plus ici.",
    "Vendre sur l'autre boîtier ; s'il n'a pas repris : handover in ; perdu : journal continue.",
    Tone.ALARM,
)
NO_HANDOVER = _fault(
    "J-140",
    "REMISE REFUSEE",
    "La remise d'un boîtier à l'autre n'est pas faite.",
    "Lire la cause dite ; refaire la même commande une fois la cause levée.",
)
PURGE_REFUSED = _fault(
    "J-121",
    "PURGE REFUSEE",
    "Rien n'a été purgé : il manque de quoi le faire sans perte.",
    "Lire la cause dite ; archiver, vérifier deux copies sur deux supports.",
)
ARCHIVE_REFUSED = _fault(
    "J-123",
    "ARCHIVE IMPOSSIBLE",
    "Une telle archive ne peut pas être : elle dit des écritures que le journal n'a pas.",
    "Archiver par « pos-terminal journal archive », qui la fait et le dit au journal.",
)
RESTORE_REFUSED = _fault(
    "J-122",
    "RESTAURATION REFUSEE",
    "La sauvegarde ne peut pas être reprise ici.",
    "Lire la cause dite ; prendre une autre copie, et un dossier vide.",
)
SIGNER_DOWN = _fault(
    "J-108",
    "SIGNATURE EN PANNE",
    "Les écritures ne peuvent plus être signées ; rien n'est vendu.",
    "Remettre la clé matérielle s'il y en a une ; sinon attendre, puis appeler le support.",
    Tone.ALARM,
)
KEY_MISSING = _fault(
    "J-109",
    "CLE ABSENTE",
    "La clé qui signe ce journal manque, est abîmée ou est celle d'une autre caisse.",
    "Ne rien effacer ; remettre le dossier keys de sa sauvegarde ; sans elle : journal continue.",
    Tone.ALARM,
)
NO_TOKEN = _fault(
    "J-115",
    "CLE EN JETON",
    "La clé qui signe est dans une clé matérielle, et aucun module n'y mène.",
    "Nommer le module (pkcs11) dans plugins de [terminal], avec sa table [plugin.pkcs11].",
    Tone.ALARM,
)
KEY_OPEN = _fault(
    "J-110",
    "CLE LISIBLE",
    "D'autres comptes peuvent lire la clé qui signe le journal.",
    "La remettre au seul service (chmod 700 keys, 600 ses fichiers), puis changer de clé.",
    Tone.ALARM,
)
KEY_KEPT = _fault(
    "J-116",
    "CLE PRESENTE",
    "La clé qui signe ce journal est là : on ne la remplace que là où elle est perdue.",
    "Continuer avec elle ; en changer avec journal rotate-key.",
)
WITNESS_DISAGREES = _fault(
    "J-111",
    "TEMOIN CONTRAIRE",
    "Le témoin a vu un journal plus long ou différent : une copie ancienne a été remise.",
    "Ne rien effacer ; remettre le journal complet, ou appeler le support.",
    Tone.ALARM,
)
WITNESS_MISSING = _fault(
    "J-112",
    "TEMOIN ABSENT",
    "Le support du témoin manque, est plein ou illisible ; la vente continue sans témoin.",
    "Remettre le support du témoin ; vérifier [witness] dans les réglages.",
)
JOURNAL_LOST = _fault(
    "J-113",
    "JOURNAL PERDU",
    "Cette caisse a déjà enregistré, et son journal n'est plus là.",
    "Remettre sa sauvegarde (journal restore) ; sans aucune : journal begin.",
    Tone.ALARM,
)
JOURNAL_KEPT = _fault(
    "J-114",
    "JOURNAL PRESENT",
    "Un journal est tenu ici ; un autre n'est commencé que là où le premier est perdu.",
    "Continuer avec celui-ci ; le vérifier avec journal verify.",
)

TYPED_TOO_FAR = _fault(
    "S-195",
    "ATTENDRE LA REPONSE",
    "Une réponse (balance, recherche, code secret) est attendue, et trop est tapé d'avance.",
    "Attendre. C efface ce qui est tapé d'avance ; C encore renonce à la réponse.",
)
PROJECTION_FORGED = _fault(
    "J-119",
    "COMPTES FAUSSES",
    "Les comptes tirés du journal (projection.db) disent autre chose que ses écritures signées.",
    "Taper C et recommencer : ils sont refaits d'après le journal. Chercher qui y a écrit.",
    Tone.ALARM,
)
PROJECTION_BEHIND = _fault(
    "S-196",
    "COMPTES EN RETARD",
    "Les comptes tirés du journal ne sont pas encore à jour.",
    "Taper C et recommencer dans une minute.",
)
PROJECTION_FAILED = _fault(
    "S-197",
    "COMPTES ILLISIBLES",
    "Les comptes tirés du journal (projection.db) ne peuvent pas être lus.",
    "Lire la cause au journal du système ; vérifier la place sur le disque.",
)
TICKET_PURGED = _fault(
    "S-198",
    "TICKET ARCHIVE",
    "Ce ticket a été purgé de la caisse : il n'est plus que dans une archive.",
    "Taper C ; le retrouver dans l'archive de sa période.",
)
STATE_IMPOSSIBLE = _fault(
    "J-135",
    "DOSSIER IMPOSSIBLE",
    "Le dossier de la caisse n'existe pas, et ne peut pas être fait.",
    "Brancher le support où il doit être, ou nommer un autre dossier avec --state.",
    Tone.ALARM,
)
