"""Types, limits and problems that both sides name."""

BATCH_MAX_RECORDS = 200
BATCH_MAX_BYTES = 256 * 1024

MARK_TYPE = "application/vnd.kiosk.mark+json"
TOTALS_TYPE = "application/vnd.kiosk.totals+json"
APPROVAL_TYPE = "application/vnd.kiosk.approval+json"
STATEMENT_TYPE = "application/vnd.kiosk.statement+json"
COMMAND_TYPE = "application/vnd.kiosk.command+json"
KEYS_TYPE = "application/vnd.kiosk.keys+json"
BATCH_ANSWER_MEDIA = "application/vnd.kiosk.batch-answer+json"
PROBLEM_MEDIA = "application/problem+json"

SIGNATURE_TAG = "kiosk-v1"
"""RFC 9421 ``tag``: a signature made for another protocol never counts here."""

SIGNED_COMPONENTS = ("@method", "@authority", "@path", "@query")
"""RFC 9421 components every request's signature covers; one with a body also covers
:data:`SIGNED_BODY_COMPONENTS`. Key: the transport key, ``keyid``: ``kiosk.envelope.key_id``."""

SIGNED_BODY_COMPONENTS = ("content-type", "content-encoding", "content-digest")

KEY_OVERLAP_MS = 7 * 24 * 3600 * 1000
"""How long a transport key is accepted after the one that follows it is."""

BODY_MAX_BYTES = 512 * 1024
"""Longest request body as sent, before it is decompressed."""

DECODED_MAX_BYTES = 2 * 1024 * 1024
"""Longest request body after it is decompressed: one record above BATCH_MAX_BYTES still passes."""

GAP = "urn:kiosk:problem:gap"
"""409: ``expected_seq`` names the record that has to come first."""
FORK = "urn:kiosk:problem:fork"
"""409: the same number with another hash is stored already."""
STALE_GENERATION = "urn:kiosk:problem:stale-generation"
"""409: the machine has opened a later ledger since."""
OTHER_BOARD = "urn:kiosk:problem:board"
"""409: this ledger was opened by another board; a machine on a new board opens a new ledger."""
LEDGER_UNKNOWN = "urn:kiosk:problem:ledger"
"""404: open it with POST /v1/ledgers."""
TOTALS_NOT_READY = "urn:kiosk:problem:totals"
"""409: what the machine's records add up to cannot be said yet, or not of this ledger."""
SCHEMA_UNKNOWN = "urn:kiosk:problem:schema"
"""426: ``schemas`` names what is offered instead."""

SCHEMAS = (1,)
"""What ``Batch.schema`` may be."""
