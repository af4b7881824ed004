"""Catalogues of the screen's words."""
