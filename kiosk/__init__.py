"""The controller: decides, weighs, pays and records; has no network and draws no pixel."""
