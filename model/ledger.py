"""Accounts and identities: no euro appears or vanishes, nobody is lost.

Every payment of the month is booked once, from one account to another, with its purpose. At the
end of the month the change of each account's stock must equal what was booked.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from model.errors import AncrageFailure

ACCOUNTS = (
    "firms",
    "households",
    "buyers",
    "state",
    "departement",
    "outside",
    "liquidation",
)
"""Accounts of the ledger. ``outside`` holds suppliers, clients, owners and banks that are not of
the territory; ``state`` holds State and social security; ``liquidation`` the estates of firms that
failed."""


class IdentityError(AncrageFailure):
    """An accounting identity does not hold; the message names the account and the month."""


@dataclass
class Ledger:
    """Payments of one month by (payer, payee, purpose), in EUR."""

    flows: defaultdict[tuple[str, str, str], float] = field(
        default_factory=lambda: defaultdict(float)
    )

    def pay(self, payer: str, payee: str, purpose: str, amount: float) -> None:
        """Book one payment; a negative amount is a payment the other way."""
        self.flows[payer, payee, purpose] += amount

    def net(self, account: str) -> float:
        """Return what the account received less what it paid."""
        total = 0.0
        for (payer, payee, _), amount in self.flows.items():
            if payee == account:
                total += amount
            if payer == account:
                total -= amount
        return total

    def purpose(self, purpose: str) -> float:
        """Return the total booked under a purpose."""
        return sum(amount for key, amount in self.flows.items() if key[2] == purpose)

    def check(
        self, before: dict[str, float], after: dict[str, float], month: str, tolerance: float = 1e-9
    ) -> None:
        """Raise if an account's stock did not move by what was booked.

        Parameters
        ----------
        before, after
            EUR of each account at both ends of the month.
        tolerance
            Relative to the larger of the stock and of the month's turnover of all accounts.

        Raises
        ------
        IdentityError
        """
        turnover = sum(abs(amount) for amount in self.flows.values())
        for account in ACCOUNTS:
            booked = self.net(account)
            gap = after[account] - before[account] - booked
            if not abs(gap) <= tolerance * max(turnover, abs(before[account]), 1e-300):
                raise IdentityError(
                    f"{month}: account '{account}' moved by {after[account] - before[account]:.2f} "
                    f"EUR where {booked:.2f} EUR was booked (gap {gap:.6f} EUR); "
                    "please report it with the run's record.json"
                )
