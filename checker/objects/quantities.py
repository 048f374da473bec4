"""Numbers by what they amount to: CPUs and bytes in any unit, and percentages of Pods."""

from collections.abc import Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any, NamedTuple


def amount(quantity: str | float) -> Decimal:
    """CPUs or bytes, whatever the unit or the exponent: ``129e6``, ``129M`` and ``129000000`` are the same.

    Raises ValueError where it is no quantity.
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    from kubernetes.utils.quantity import parse_quantity  # lazily: the package is slow to import

    # a manifest's 0.1 is a float by now, and its digits are what was written
    return Decimal(parse_quantity(str(quantity)))


class Strategy(NamedTuple):
    """``kind``: RollingUpdate or Recreate. A rolling update may have ``surge`` Pods more, ``unavailable`` fewer."""

    kind: str
    surge: int = 0
    unavailable: int = 0


def strategy_of(spec: Mapping[str, Any], replicas: int) -> Strategy:
    """A Deployment's ``spec.strategy``, with percentages as numbers of Pods: ``maxUnavailable`` is rounded down.

    Where both come out as 0, one Pod may be missing, as the controller has it.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
    """
    found = spec.get("strategy") or {}
    kind = str(found.get("type") or "RollingUpdate")
    if kind != "RollingUpdate":
        return Strategy(kind)
    rolling = found.get("rollingUpdate") or {}
    surge = ceil(_part(rolling.get("maxSurge", "25%"), replicas))
    unavailable = floor(_part(rolling.get("maxUnavailable", "25%"), replicas))
    return Strategy(kind, surge, unavailable if surge or unavailable else 1)


def _part(number: str | int, of: int) -> Decimal:
    text = str(number)
    return Decimal(text.rstrip("%")) * of / 100 if text.endswith("%") else Decimal(text)
