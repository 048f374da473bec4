"""Clusters of somebody else's: ``engine`` first."""
