"""The box itself and its agent (B). Read through `faults`; the clerk never has to clear one."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

DISK_LOW = _fault(
    "B-101",
    "DISQUE PRESQUE PLEIN",
    "Il reste peu de place sur le disque du boîtier ; plein, il arrêtera la vente.",
    "Libérer de la place : anciennes sauvegardes, journaux du système ; ou changer la carte.",
)
DISK_READ_ONLY = _fault(
    "B-102",
    "DISQUE EN LECTURE",
    "Le système a mis le disque en lecture seule : la carte est sans doute en fin de vie.",
    "Sauvegarder le journal, changer la carte, restaurer.",
    Tone.ALARM,
)
BOX_HOT = _fault(
    "B-103",
    "BOITIER TROP CHAUD",
    "Le processeur dépasse 80 °C et ralentit.",
    "Dégager les aérations du boîtier, l'éloigner du four ou de la vitrine.",
)
UNDER_VOLTAGE = _fault(
    "B-104",
    "TENSION TROP BASSE",
    "L'alimentation du boîtier est trop faible : périphériques et carte en souffrent.",
    "Changer l'alimentation ou son câble ; brancher les périphériques sur un hub alimenté.",
)
MEMORY_LOW = _fault(
    "B-105",
    "MEMOIRE FAIBLE",
    "Il reste peu de mémoire vive sur le boîtier.",
    "Lire « pos-terminal plugins » ; arrêter ce qui n'a rien à faire sur une caisse.",
)
SERVICE_STOPPED = _fault(
    "B-111",
    "SERVICE ARRETE",
    "Un service de l'agent est en panne ; il sera relancé, et la vente continue.",
    "Lancer « pos-terminal plugins » et lire la cause.",
)
AGENT_STOPPED = _fault(
    "B-112",
    "AGENT ARRETE",
    "L'agent ne tourne pas : ni alertes, ni services.",
    "Lancer « sudo systemctl restart pos-terminal-agent », puis lire son journal.",
)
AGENT_TWICE = _fault(
    "B-113",
    "AGENT DEJA LANCE",
    "Un autre agent tient ce dossier.",
    "N'en lancer qu'un sur ce dossier.",
)
AGENT_STORE = _fault(
    "B-114",
    "DOSSIER AGENT REFUSE",
    "L'agent ne peut pas lire ou écrire son dossier.",
    "Vérifier la place, et que le dossier est à l'utilisateur de l'agent (0700).",
)
BAD_SERVICE_SETTINGS = _fault(
    "B-115",
    "REGLAGES DE SERVICE",
    "Les réglages d'un service, ou un secret qu'il lui faut, ne vont pas.",
    "Corriger la table [service.NOM] ou l'unité de l'agent, puis relancer la caisse.",
)
CHECK_FAILED = _fault(
    "B-106",
    "MESURE IMPOSSIBLE",
    "Un état du boîtier ne peut pas être lu.",
    "Lire la cause dite ; un disque qui ne répond pas est à changer.",
)
ALERT_TEST = _fault(
    "B-130",
    "ESSAI D'ALERTE",
    "Quelqu'un essaie le chemin des alertes : rien n'est en panne.",
    "Rien à faire, si ce message est arrivé.",
)
MAIL_WAITS = _fault(
    "B-131",
    "MAILS EN ATTENTE",
    "Les alertes ne partent pas : le serveur de courrier ne répond pas, ou les diffère.",
    "Vérifier le réseau et [service.alerts] ; elles partiront d'elles-mêmes.",
)
MAIL_CERTIFICATE = _fault(
    "B-132",
    "CERTIFICAT REFUSE",
    "Le certificat du serveur de courrier n'est pas bon, ou pas à l'heure du boîtier.",
    "Vérifier l'horloge, puis le nom du serveur ; les alertes attendent.",
)
MAIL_LOGIN = _fault(
    "B-133",
    "MAIL : MOT DE PASSE",
    "Le serveur de courrier refuse l'utilisateur ou son mot de passe.",
    "Corriger user, ou le secret alerts-password ou alerts-token de l'agent.",
)
MAIL_ADDRESS = _fault(
    "B-134",
    "MAIL REFUSE",
    "Le serveur de courrier a refusé une alerte pour de bon : elle est abandonnée.",
    "Lire la réponse du serveur ; corriger l'adresse dans [service.alerts].",
)
MAIL_FULL = _fault(
    "B-135",
    "TROP DE MAILS",
    "Trop d'alertes attendent d'être envoyées : les suivantes attendent leur tour.",
    "Rétablir le courrier : la cause est dite à côté.",
)
NO_NETWORK = _fault(
    "B-107",
    "RESEAU ABSENT",
    "Le boîtier n'a pas de réseau : ni alertes, ni heure, ni copies ; la vente continue.",
    "Vérifier le câble ou le Wi-Fi, puis la box de l'opérateur.",
)
CARD_WORN = _fault(
    "B-108",
    "CARTE USEE",
    "La mémoire du boîtier se dit elle-même en fin de vie.",
    "Sauvegarder le journal, puis changer la carte ou le boîtier avant la panne.",
)
DISK_ERRORS = _fault(
    "B-109",
    "ERREURS DU DISQUE",
    "Le système a trouvé des erreurs dans son disque.",
    "Sauvegarder le journal ; vérifier le disque (fsck) hors des heures ; changer la carte.",
)
TILL_RESTARTED = _fault(
    "B-121",
    "CAISSE RELANCEE",
    "La caisse s'est arrêtée d'elle-même et a été relancée.",
    "Lire la cause au journal du système (journalctl -u pos-terminal) ; la signaler.",
)
PAPERS_WAIT = _fault(
    "B-122",
    "PAPIERS EN ATTENTE",
    "Des papiers attendent l'imprimante depuis longtemps.",
    "Voir l'imprimante : papier, capot, câble ; ils sortiront d'eux-mêmes.",
)
BACKUP_OLD = _fault(
    "B-123",
    "SAUVEGARDE ANCIENNE",
    "La dernière sauvegarde est trop ancienne, ou il n'y en a jamais eu.",
    "Brancher la clé de [backup], ou lancer « pos-terminal journal backup --out FICHIER ».",
)
TAIL_EXPOSED = _fault(
    "B-124",
    "TEMOIN EN RETARD",
    "Trop d'écritures n'ont pas encore de témoin : leur perte ne se verrait pas.",
    "Vérifier que le témoin ([witness]) est là et répond.",
)
TILL_STOPPED = _fault(
    "B-125",
    "CAISSE ARRETEE",
    "Quelqu'un a arrêté la caisse : ce n'est pas une panne.",
    "Pour vendre : « sudo systemctl start pos-terminal ».",
)
CALL_REFUSED = _fault(
    "B-136",
    "APPEL SANS REPONSE",
    "Le programme à prévenir ([service.webhook]) ne répond pas, ou refuse.",
    "Lire la cause dite ; vérifier url, le secret webhook-secret et le réseau.",
)
BEAT_REFUSED = _fault(
    "B-137",
    "SIGNE DE VIE REFUSE",
    "Le signe de vie ([service.heartbeat]) n'arrive pas : on va croire le boîtier mort.",
    "Lire la cause dite ; vérifier url, le secret heartbeat-token et le réseau.",
)
SELFTEST_FAILED = _fault(
    "B-126",
    "AUTOTEST MANQUE",
    "L'autotest n'a pas pu être fait, ou pas jusqu'à son papier.",
    "Taper C ; lire la cause dite par « pos-terminal selftest » sur le boîtier.",
)
CERTIFICATE_ENDS = _fault(
    "B-138",
    "CERTIFICAT EXPIRE",
    "Le certificat d'un serveur va finir, ou vient de finir.",
    "Le faire renouveler par qui tient ce serveur ; après sa fin, rien n'y arrive plus.",
)
WITNESS_SILENT = _fault(
    "B-139",
    "TEMOIN MUET",
    "Un témoin du réseau ne répond pas, ou ne connaît pas cette caisse.",
    "Vérifier le réseau et [service.witness] ; donner au témoin la clé de « journal note --vkey ».",
)
WITNESS_REFUSES = _fault(
    "B-140",
    "TEMOIN EN DESACCORD",
    "Un témoin du réseau a vu un journal plus long, ou un autre : une copie ancienne a été remise.",
    "Ne rien effacer ; appeler le support, qui comparera le journal et ce que garde le témoin.",
    Tone.ALARM,
)
STAMP_REFUSED = _fault(
    "B-141",
    "PAS DE DATE",
    "Le service d'horodatage ne date plus le journal, ou sa réponse ne vaut rien.",
    "Vérifier le réseau, [service.timestamp] et le fichier ca de [timestamp].",
)
BOX_SILENT = _fault(
    "B-150",
    "BOITIER MUET",
    "Le boîtier ne donne plus signe de vie, alors que le magasin n'est pas fermé.",
    "Appeler le magasin : courant, box de l'opérateur, câble ; en congés, « alerts mute ».",
    Tone.ALARM,
)
OLD_COUNTER = _fault(
    "B-151",
    "SIGNE DE VIE REJOUE",
    "Un signe de vie porte un numéro déjà passé : carte copiée ou remise, ou appel rejoué.",
    "Donner un jeton neuf à ce boîtier ; chercher l'autre qui a le sien.",
)
NOBODY_CALLS = _fault(
    "B-152",
    "PERSONNE N'APPELLE",
    "La plupart des boîtiers se taisent à la fois : c'est sans doute la réception.",
    "Vérifier ici le réseau, le nom, le certificat et le mandataire (proxy).",
    Tone.ALARM,
)
BAD_RECEIVER_SETTINGS = _fault(
    "B-153",
    "REGLAGES RECEPTION",
    "Les réglages de la réception des signes de vie ne vont pas.",
    "Corriger le fichier donné par --config, puis la relancer.",
)
RECEIVER_SHUT = _fault(
    "B-154",
    "RECEPTION FERMEE",
    "La réception ne peut pas écouter à cette adresse, ou n'a pas son certificat.",
    "Lire la cause dite ; vérifier listen, certificate et key.",
)
RELAY_SILENT = _fault(
    "B-161",
    "RELAIS MUET",
    "Le relais de l'assistance ne répond pas : personne ne peut venir.",
    "Vérifier le réseau ; la caisse rappelle le relais tant que l'accord dure.",
)
RELAY_KEY = _fault(
    "B-162",
    "RELAIS INCONNU",
    "Le relais de l'assistance montre une autre clé que celle des réglages : rien ne lui est dit.",
    "Appeler l'assistance ; ne changer [service.support] relay_key que sur sa parole.",
    Tone.ALARM,
)
CERTIFICATE_CLOCK = _fault(
    "B-163",
    "HEURE OU CERTIFICAT",
    "À l'heure de ce boîtier, le certificat ou l'accord de l'assistance n'est pas valable.",
    "Vérifier l'heure du boîtier ; sinon l'assistance signe un nouveau certificat.",
)
SUPPORT_DOWN = _fault(
    "B-164",
    "SERVICE ABSENT",
    "Le service support de l'agent ne tourne pas : l'assistance ne peut pas venir.",
    "Vérifier [agent] services = [..., \"support\"] et pos-terminal plugins.",
)
NO_UPDATER = _fault(
    "B-168",
    "MISE A JOUR : NON",
    "Ce boîtier n'a pas de module qui le mette à jour de loin : rien n'est fait.",
    "Mettre à jour sur le boîtier, avec ce qui l'a installé ; ou installer un module qui le fait.",
)
CONSOLE_DOWN = _fault(
    "B-165",
    "CONSOLE ABSENTE",
    "Le service console de l'agent ne tourne pas, ou son adresse n'est pas celle des réglages.",
    "Vérifier [agent] services = [..., \"console\"], [service.console] et pos-terminal plugins.",
)
UPDATE_NO_SLOTS = _fault(
    "B-170",
    "PAS DE MISE A JOUR",
    "Ce boîtier n'a pas été fait par l'image : il n'a pas deux places pour sa version.",
    "Mettre à jour par le paquet (docs/paquet.md).",
)
UPDATE_SIGNATURE = _fault(
    "B-171",
    "SIGNATURE REFUSEE",
    "La mise à jour n'est pas signée par la clé que connaît ce boîtier, ou a été modifiée.",
    "Ne rien installer de cette source ; appeler qui publie les versions.",
)
UPDATE_FOREIGN = _fault(
    "B-172",
    "AUTRE BOITIER",
    "La mise à jour est faite pour un autre boîtier.",
    "Prendre la version de ce boîtier.",
)
UPDATE_OLDER = _fault(
    "B-173",
    "VERSION ANCIENNE",
    "La mise à jour est plus ancienne que ce que ce boîtier a ou connaît déjà.",
    "Prendre la dernière ; pour revenir en arrière exprès : « sudo pos-terminal update rollback ».",
)
UPDATE_DAMAGED = _fault(
    "B-174",
    "MISE A JOUR ABIMEE",
    "Le fichier de la mise à jour n'est pas celui qui a été signé, ou n'est pas entier.",
    "Rien à faire : il sera repris ; s'il revient abîmé, appeler qui publie les versions.",
)
UPDATE_FAILED = _fault(
    "B-175",
    "INSTALLATION RATEE",
    "L'autre version n'a pas pu être écrite ; celle qui vend n'a pas changé.",
    "Lire la cause dite ; si elle revient, la carte est sans doute usée.",
)
UPDATE_RETURNED = _fault(
    "B-176",
    "VERSION RENDUE",
    "Une nouvelle version n'a pas tenu : le boîtier est revenu seul à celle d'avant, et vend.",
    "Rien à faire à la caisse ; envoyer la cause dite à qui publie les versions.",
)
UPDATE_UNHEARD = _fault(
    "B-177",
    "PAS DE NOUVELLES",
    "Depuis 30 jours, aucun signe daté et signé de qui publie les versions.",
    "Vérifier le réseau et [service.update] url ; sinon appeler qui publie les versions.",
)
UPDATE_GIVEN_UP = _fault(
    "B-178",
    "VERSION DEJA RENDUE",
    "Cette version a été essayée sur ce boîtier, et n'a pas tenu.",
    "Attendre la suivante ; ou l'essayer encore : « sudo pos-terminal update install --insist ».",
)
UPDATE_WAITS = _fault(
    "B-179",
    "MISE A JOUR ATTEND",
    "Une mise à jour est là ; elle attend que la caisse soit fermée, ou un accord.",
    "Faire le Z ; ou donner l'accord quand l'assistance le demande.",
)
NO_STICK_READER = _fault(
    "B-180",
    "PAS DE LECTEUR",
    "Ce boîtier ne lit pas de clé USB pour la caisse : il n'a pas été fait par l'image.",
    "Monter la clé sur le boîtier, et taper la commande (docs/technicien.md).",
)
STICK_ABSENT = _fault(
    "B-181",
    "PAS DE CLE USB",
    "Aucune clé USB en FAT ou exFAT n'est branchée, ou le boîtier ne sait pas la lire.",
    "La brancher, puis refaire ; une clé formatée autrement se reformate sur un ordinateur.",
)
STICK_UNCLEAR = _fault(
    "B-182",
    "QUELLE CLE USB ?",
    "Plusieurs clés USB sont branchées, ou une clé a plusieurs partitions lisibles.",
    "N'en laisser qu'une, avec une seule partition, puis refaire.",
)
STICK_EMPTY = _fault(
    "B-183",
    "RIEN SUR LA CLE USB",
    "La clé USB n'a rien de ce qui est demandé, ou rien que ce boîtier puisse prendre.",
    "Lire ce qui est dit de chaque dossier ; y mettre ce qu'il faut, puis refaire.",
)
STICK_FAILED = _fault(
    "B-184",
    "CLE USB : ECHEC",
    "Le boîtier n'a pas fini ce qui lui était demandé de la clé USB.",
    "Lire la cause dite, refaire ; si elle revient, prendre une autre clé.",
)
