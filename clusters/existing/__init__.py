"""The existing engine: labs on somebody else's cluster. Read ``engine`` first."""
