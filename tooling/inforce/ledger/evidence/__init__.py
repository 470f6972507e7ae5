"""The evidence pack: one zip with everything about one receipt, which a reader without inforce can check.

Invariants: with the same ledger and site the pack has the same bytes; a file from the site is included only if a digest
in the record or in a verified manifest proves it; no key and no data of another subject is included; what cannot be
included is named in the README.
"""
