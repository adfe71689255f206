"""pyTeliumManager's own client, as a program: asks a terminal on a serial line for a payment.

It runs in an environment of its own (`own_environment`), with the library and nothing of ours, and
prints what the terminal answered, as JSON.
"""

import json
import sys


def main(path: str, euros: float) -> None:
    """Pay so many euros at the terminal behind this line."""
    from telium import Telium, TeliumAsk  # noqa: PLC0415

    terminal = Telium(path, timeout=5)
    asked = TeliumAsk.new_payment(euros, payment_mode="debit", target_currency="EUR")
    taken = terminal.ask(asked)
    answer = terminal.verify(asked, waiting_timeout=20)
    print(
        json.dumps(
            {
                "taken": taken,
                "succeeded": answer.has_succeeded,
                "amount": answer.amount,
                "card": answer.card_id,
                "private": answer.private,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
