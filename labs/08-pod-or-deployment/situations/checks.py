"""The quiz: which wrong choices are a pattern, and what is missing."""

from driftlab.checker import Evidence, Mistake, answers, mistake, questions

QUESTIONS = questions(__file__)


def wrongly(evidence: Evidence, option: str) -> int:
    """How often this option was chosen where it is not the right one."""
    given = answers(evidence)
    return sum(given.get(question.key) == option != question.answer for question in QUESTIONS)


def chosen_too_often(name: str, option: str) -> Mistake:
    """Three times or more the same wrong choice: a pattern, not a slip."""
    return mistake(name)(lambda evidence: wrongly(evidence, option) >= 3)


patterns = [
    chosen_too_often("deletes-pods", "delete"),
    chosen_too_often("always-deployment", "deployment"),
    chosen_too_often("always-pod", "pod"),
    chosen_too_often("replicasets", "replicaset"),
]


@mistake
def not_offered(evidence: Evidence) -> bool:
    given = answers(evidence)
    return any(given.get(question.key, question.answer) not in question.options for question in QUESTIONS)


unanswered = mistake(
    lambda evidence: 0 < len(answers(evidence).keys() & {question.key for question in QUESTIONS}) < len(QUESTIONS)
)
