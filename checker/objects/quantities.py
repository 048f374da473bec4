"""Compare quantities by their value: CPUs and bytes in any unit, and percentages of Pods."""

from collections.abc import Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any, NamedTuple


def amount(quantity: str | float) -> Decimal:
    """The value of a quantity of CPUs or bytes in any notation: ``129e6``, ``129M`` and ``129000000`` are the same.

    Raises ValueError if it is not a quantity.
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    from kubernetes.utils.quantity import parse_quantity  # imported here because the package is slow to import

    # YAML makes a float of 0.1: str() gives back the digits of the manifest
    return Decimal(parse_quantity(str(quantity)))


class Strategy(NamedTuple):
    """``kind``: RollingUpdate or Recreate. ``surge`` and ``unavailable`` are numbers of Pods in a rolling update."""

    kind: str
    surge: int = 0
    unavailable: int = 0


def strategy_of(spec: Mapping[str, Any], replicas: int) -> Strategy:
    """A Deployment's ``spec.strategy``, with percentages converted to numbers of Pods.

    ``maxUnavailable`` is rounded down, ``maxSurge`` up. If both are 0, one Pod may be unavailable, as in the Deployment
    controller. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
    """
    strategy = spec.get("strategy") or {}
    kind = str(strategy.get("type") or "RollingUpdate")
    if kind != "RollingUpdate":
        return Strategy(kind)
    rolling = strategy.get("rollingUpdate") or {}
    surge = ceil(_pods(rolling.get("maxSurge", "25%"), replicas))
    unavailable = floor(_pods(rolling.get("maxUnavailable", "25%"), replicas))
    return Strategy(kind, surge, unavailable if surge or unavailable else 1)


def _pods(limit: str | int, replicas: int) -> Decimal:
    text = str(limit)
    return Decimal(text.rstrip("%")) * replicas / 100 if text.endswith("%") else Decimal(text)
