"""The interface in notebooks: calls of one line each, forms and messages."""
