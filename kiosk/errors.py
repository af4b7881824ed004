"""The root of every exception this project raises on purpose.

    KioskError
     +-- ConfigError        kiosk.config      a setting is wrong: file, key, range, what to do
     +-- TrustError         kiosk.envelope    a signature, key, version or scope is not acceptable
     |    +-- TokenError    kiosk.tokens      a resident's token is not acceptable, with its notice
     +-- LedgerError        kiosk.ledger      the ledger cannot be opened, read or appended to
     +-- DriverError        drivers           a device cannot be opened or does not make sense
     +-- SyncError          sync              the cloud's answer cannot be used

Faults of the machine are state, raised and cleared (kiosk.faults); they are not exceptions.
"""


class KioskError(Exception):
    """Something this project noticed is wrong, told so that a person can act on it."""
