"""Where the picture goes and touches come from: one protocol, one file a surface.

Here: memory (tests) and browser (the virtual kiosk). A framebuffer and a DRM dumb buffer fit the
same protocol: they take finished rectangles and have a descriptor that becomes readable.
"""
