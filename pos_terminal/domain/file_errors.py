"""What the system refuses to do with a file, in the words of whoever reads it."""

import errno

from pos_terminal.domain.language import labelled, say


def reason(error: OSError) -> str:
    """Why, without the file's name. The system's own words where they are rare."""
    match error.errno:
        case errno.ENOENT:
            return say("introuvable")
        case errno.EACCES | errno.EPERM:
            return say("accès refusé")
        case errno.EEXIST:
            return say("existe déjà")
        case errno.ENOTDIR:
            return say("un fichier est là où il faut un dossier")
        case errno.EISDIR:
            return say("c'est un dossier")
        case errno.ENOSPC | errno.EDQUOT:
            return say("plus de place")
        case errno.ECONNREFUSED:
            return say("personne n'y répond")
        case errno.EROFS:
            return say("support en lecture seule")
        case errno.ELOOP:
            return say("c'est un lien")
        case errno.EIO:
            return say("le support ne répond pas")
        case _:
            return error.strerror or str(error)


def about(error: OSError, file: object = None) -> str:
    """The file, and why; `file` where the error names none."""
    named = file if file is not None else error.filename
    return reason(error) if named is None else labelled(named, reason(error))
