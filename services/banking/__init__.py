"""Accounts, the double-entry ledger, payouts and the interbank rail."""
