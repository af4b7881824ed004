"""Measurements, run by ``make bench``; never asserted, because machines differ."""
