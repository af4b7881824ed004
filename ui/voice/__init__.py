"""What the machine says aloud: the words, the order, and whatever makes the sound."""
