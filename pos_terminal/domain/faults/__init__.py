"""Every refusal and failure, once: its code, the clerk's twenty characters, cause and remedy.

The same code stands on the display, on paper, in the log and in the journal. The first letter
names the place: A article, K keys, S sale, P printer, W scale, D display, T drawer, R scanner,
J journal, C configuration, E personal data, O operators, B the box and its agent, M payment
terminals. French is what the clerk reads (gettext gives the English).
"""

from pos_terminal.domain.faults.accounts import *  # noqa: F403
from pos_terminal.domain.faults.articles import *  # noqa: F403
from pos_terminal.domain.faults.box import *  # noqa: F403
from pos_terminal.domain.faults.channel import *  # noqa: F403
from pos_terminal.domain.faults.devices import *  # noqa: F403
from pos_terminal.domain.faults.drawer import *  # noqa: F403
from pos_terminal.domain.faults.failure import *  # noqa: F403
from pos_terminal.domain.faults.fault import *  # noqa: F403
from pos_terminal.domain.faults.journal import *  # noqa: F403
from pos_terminal.domain.faults.keys import *  # noqa: F403
from pos_terminal.domain.faults.papers import *  # noqa: F403
from pos_terminal.domain.faults.payments import *  # noqa: F403
from pos_terminal.domain.faults.persons import *  # noqa: F403
from pos_terminal.domain.faults.refunds import *  # noqa: F403
from pos_terminal.domain.faults.sale import *  # noqa: F403
from pos_terminal.domain.faults.staff import *  # noqa: F403
from pos_terminal.domain.faults.stock import *  # noqa: F403
from pos_terminal.domain.faults.system import *  # noqa: F403
