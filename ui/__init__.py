"""The touchscreen: draws the views it is told, returns the touches; decides nothing."""
