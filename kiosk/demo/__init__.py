"""The whole machine on a desk: the real processes on a simulated world, with a page to play it."""
