"""What scanned codes say."""
