"""The paper of what was found and done on a USB stick."""

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.audit.stick import StickAnswer
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing.report import shop_head
from pos_terminal.domain.receipt import Receipt, Rule, Text


def paper(identity: Identity, told: StickAnswer, fault: Fault | None, moment: Moment) -> Receipt:
    """Each line of it; where it failed the code, the reason and what to do."""
    wrong = (
        (
            Text(f"{fault.code} {say(fault.text)}", bold=True),
            *((Text(told.detail),) if told.detail else ()),
            Text(say(fault.remedy)),
        )
        if fault
        else ()
    )
    return Receipt(
        title=f"cle usb {moment.at[:16]}",
        blocks=(
            *shop_head(identity, say("CLE USB"), moment),
            *(Text(line) for line in told.lines),
            *wrong,
            Rule(),
        ),
    )
