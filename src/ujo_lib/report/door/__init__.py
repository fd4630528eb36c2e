"""The door: the only way a number reaches a page, and what the disclosure plan keeps back of it."""
