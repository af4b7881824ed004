"""Holds any endpoint, in any language, against the protocol (docs/protocol/conformance.md)."""
