"""The screens: from a view to a scene, pure functions, one small group a file.

``every`` has them all; ``first`` those of a machine that nobody uses, which is all that the first
picture after a start needs.
"""
