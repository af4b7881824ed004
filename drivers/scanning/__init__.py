"""What code readers say on their line, family by family: framing, commands and their answers."""
