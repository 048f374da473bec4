"""The notebook face: calls of one line each, forms and messages."""
