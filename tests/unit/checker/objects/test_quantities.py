"""Numbers by what they amount to, however they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.objects.quantities import Strategy, amount, strategy_of

#: Every suffix that the API knows: apimachinery/pkg/api/resource/suffix.go.
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

numbers = st.integers(0, 10**6)
decimals = st.builds(lambda whole, part: f"{whole}.{part:03}", numbers, st.integers(0, 999))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("129e6", "129M"),
        ("129E6", "129000000"),
        ("128Mi", "134217728"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("5.", "5"),
        ("+5", "5"),
        ("50000u", "0.05"),
        ("5e-2", "50m"),
        ("1E", "1000P"),
        ("1e3", "1k"),
        ("0.125Gi", "131072Ki"),
        ("0", "0Mi"),
        (2, "2"),
        (0.1, "100m"),
    ],
)
def test_one_amount_has_many_spellings(one, other):
    assert amount(one) == amount(other)


@pytest.mark.parametrize(
    ("one", "other"), [("64", "64m"), ("128Mi", "128M"), ("1e3", "1e-3"), ("1E", "1e1"), ("1m", "1M"), ("1k", "1Ki")]
)
def test_one_letter_makes_another_amount(one, other):
    assert amount(one) != amount(other)


@given(st.one_of(numbers.map(str), decimals), st.sampled_from(sorted(DECIMAL)))
def test_a_decimal_suffix_is_a_power_of_ten(number, suffix):
    assert amount(number + suffix) == Decimal(number).scaleb(DECIMAL[suffix])


@given(st.one_of(numbers.map(str), decimals), st.sampled_from(sorted(BINARY)))
def test_a_binary_suffix_is_a_power_of_two(number, suffix):
    assert amount(number + suffix) == Decimal(number) * 2 ** BINARY[suffix]


@given(decimals, st.integers(-9, 18), st.sampled_from("eE"), st.sampled_from(["", "+"]))
def test_an_exponent_is_a_power_of_ten(number, exponent, sign, plus):
    written = f"{number}{sign}{plus if exponent >= 0 else ''}{exponent}"
    assert amount(written) == Decimal(number).scaleb(exponent)


@given(numbers, st.sampled_from(sorted(DECIMAL)), st.sampled_from(sorted(DECIMAL)))
def test_what_is_written_in_another_unit_is_the_same_and_what_is_more_is_not(number, one, other):
    shift = DECIMAL[one] - DECIMAL[other]
    assert amount(f"{number}{one}") == amount(f"{number}e{shift}") * amount(f"1{other}")
    assert amount(f"{number + 1}{one}") > amount(f"{number}{one}")


@pytest.mark.parametrize("nothing", ["", "Mi", "1e", "12 monkeys", "1KiB"])
def test_what_is_no_quantity_is_refused(nothing):
    with pytest.raises(ValueError, match=r"nvalid|unknown"):
        amount(nothing)


# ---- percentages of Pods


@pytest.mark.parametrize(
    ("surge", "unavailable", "replicas", "expected"),
    [
        ("25%", "25%", 3, (1, 0)),
        ("25%", "25%", 4, (1, 1)),
        (1, 0, 4, (1, 0)),
        ("1%", "0%", 4, (1, 0)),
        ("100%", "10%", 4, (4, 0)),
        ("0%", "25%", 3, (0, 1)),  # neither is any: the controller takes one away, or nothing could move
        (0, 3, 4, (0, 3)),
        ("25%", "100%", 0, (0, 1)),
    ],
)
def test_percentages_are_numbers_of_pods_rounded_as_the_controller_does(surge, unavailable, replicas, expected):
    spec = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}
    assert strategy_of(spec, replicas) == Strategy("RollingUpdate", *expected)


@pytest.mark.parametrize("nothing", [{}, {"strategy": {}}, {"strategy": {"type": "RollingUpdate"}}, {"strategy": None}])
def test_a_strategy_that_is_left_out_is_a_rolling_update_of_a_quarter(nothing):
    assert strategy_of(nothing, 8) == Strategy("RollingUpdate", 2, 2)


def test_recreate_has_no_numbers():
    assert strategy_of({"strategy": {"type": "Recreate"}}, 3) == Strategy("Recreate")
