"""Whole years of one machine in virtual time, drawn from one seed, held to a plain model.

``plan`` draws scenes, ``life`` plays them on ``machine`` (the real controller and ledger on the
simulated world) whose records ``carrier`` takes to ``cloud`` by the real agent's decisions and the
endpoint's rules; ``reference`` knows nothing of all that and checks what can be seen.
"""
