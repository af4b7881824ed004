"""The cloud agent: carries records out and signed documents in."""
