"""The commands of ``driftlab``, by whom they are for. ``driftlab.checker.cli.main`` puts them together."""
