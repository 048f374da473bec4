"""The labs. Content only: what they are made of is in their folders, what reads them is in ``checker``."""
