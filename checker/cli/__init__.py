"""The commands of ``driftlab``, in modules by their users. ``driftlab.checker.cli.main`` combines them."""
