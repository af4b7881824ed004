"""Whole years of one machine in virtual time, drawn from one seed, held to a plain model.

plan.py      draws scenes from a seed             scenes.py    what can happen, as data
life.py      plays them                           people.py, crew.py  residents; the service side
machine.py   the real controller and ledger       mishaps.py   how each fault begins and ends
carrier.py   the real agent without its sockets   disk.py, unflushed.py   what a power cut leaves
cloud.py     the endpoint's rules, bad weather    copies.py    restored and cloned disks
bureau.py    what the operator signs              signatures.py  each is checked once
reference.py, office.py, yard.py   what must be true: they import nothing of the product
alone.py     one life in a process of its own     years.py     `python -m tests.soak years`

``test_planted`` proves that the reference can say no; what was found in the product stands, shrunk,
in tests/journeys/test_simulated.py.
"""
