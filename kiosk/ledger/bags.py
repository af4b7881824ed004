"""Which bag hangs in a compartment, and what a collection weighed of the one before it (M-34)."""

from collections.abc import Mapping

from kiosk.records import Bag, Collection


def bag_in(bags: Mapping[str, Bag], compartment: str) -> Bag:
    """The bag that hangs there; before the first collection nobody weighed or named it."""
    return bags.get(compartment) or Bag(f"{compartment}-1")


def weighed_out(full_g: int, empty_g: int, fresh_g: int, tare_out_g: int | None) -> int:
    """Return the mass that was taken out with a bag, without the bag itself, in grams.

    Three gross weights: as it was found, without a bag, with the new one. A bag that was never
    weighed is taken to be as heavy as the new one.
    """
    if tare_out_g is None:
        return full_g - fresh_g
    return full_g - empty_g - tare_out_g


def wrong_masses(said: Collection, bags: Mapping[str, Bag]) -> str | None:
    """What does not follow from the weighings of a collection, in words; None: all does."""
    hung = bags.get(said.compartment)
    if hung is not None and (said.bag_out, said.tare_out_g) != (hung.code, hung.tare_g):
        weighing = "" if hung.tare_g is None else f" weighing {hung.tare_g} g"
        return f"bag {said.bag_out} was taken out, but {hung.code} hung there{weighing}"
    if said.fresh is None:
        return None
    if said.gross_g != said.fresh.gross_g:
        return "not the gross of the new bag's weighing"
    tare_g = None if said.empty is None else said.fresh.gross_g - said.empty.gross_g
    if said.tare_in_g not in (None, tare_g):
        return "not the mass of the new bag by its weighings"
    removed_g = None
    if said.full is not None and said.empty is not None:
        grosses = (said.full.gross_g, said.empty.gross_g, said.fresh.gross_g)
        removed_g = weighed_out(*grosses, said.tare_out_g)
    if said.removed_g not in (None, removed_g):
        return "not the mass that its weighings show"
    return None
