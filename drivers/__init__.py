"""What the controller holds in its hands: bytes and pins in, events out."""
