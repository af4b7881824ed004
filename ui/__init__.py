"""The touchscreen: draws the view it is told, returns touches, decides nothing."""
