"""Long runs, by ``make soak``: residents for simulated days, and millions of damaged frames."""
