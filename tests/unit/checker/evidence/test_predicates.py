"""The vocabulary of goals: every word cites its source, and the front has all of them."""

import inspect
import re

import pytest

from driftlab.checker.evidence import deeds, effects, history, owners, revisions, rollouts
from driftlab.checker.evidence import predicates as p
from driftlab.checker.objects import containers, probes, quantities

PUBLIC = [word for name in p.__all__ if inspect.isfunction(word := getattr(p, name))]


#: A page of the documentation, or a field of the API by its path in double backticks.
SOURCE = re.compile(r"https://kubernetes\.io/docs/\S+|``(metadata|spec|status|involvedObject)(\.\w+(\[\])?)+``")


@pytest.mark.parametrize("word", PUBLIC, ids=lambda word: word.__name__)
def test_every_word_says_on_what_it_rests(word):
    assert SOURCE.search(inspect.getdoc(word) or ""), f"{word.__name__} cites no page and no field"


def test_all_words_of_the_vocabulary_are_looked_at():
    """The front exports all that its modules define for goals, and nothing else."""
    homes = (containers, deeds, effects, history, owners, probes, quantities, revisions, rollouts)
    defined = {
        name: word
        for home in homes
        for name, word in vars(home).items()
        if inspect.isfunction(word) and word.__module__ == home.__name__ and not name.startswith("_")
    }
    behind = {"pod_template", "strategy_of"}  # what words are made of
    assert {word.__name__ for word in PUBLIC} == set(defined) - behind | {"image_name"}
    assert {"uids", "you", "least_available", "replaced_not_edited"} <= {word.__name__ for word in PUBLIC}
    assert not SOURCE.search("``evidence.now``, ``outcome.Deed`` and ``spec``")
