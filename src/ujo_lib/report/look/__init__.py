"""The look: figures, tables, words and the template of a page."""
