"""What a scanned code says: pure reading of payloads, nothing about lines or devices.

``reader.read`` is the strict way, for the machine: symbology known, every check digit verified.
``bench.read_transmission`` is the technician's: it takes what arrives and says what it assumed.
"""
