"""The commands of ``driftlab``, by whom they are for. ``checker.command_line`` puts them together."""
