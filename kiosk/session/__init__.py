"""The visit of one person as a pure state machine (architecture.md, "How the controller decides").

``states`` and ``inputs`` are frozen dataclasses, ``table`` is the one literal table, ``handlers``
does the steps, ``outlook`` looks outputs up from the state, ``diagram`` prints the picture.
"""
