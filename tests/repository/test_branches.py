"""``make coverage``: branches are counted for each folder, and a folder with too few taken is an error."""

import subprocess
import sys

import pytest

from tests.branches import lines, of_folder

REPORT = {
    "files": {
        "checker/evidence/one.py": {"executed_branches": [[1, 2], [1, 3], [5, 6]], "missing_branches": [[5, -4]]},
        "checker/evidence_of_others.py": {"executed_branches": [], "missing_branches": [[1, 2]]},
        "checker/exercises/two.py": {"executed_branches": [[1, 2]], "missing_branches": []},
    }
}


@pytest.mark.parametrize("folder", ["checker/evidence", "checker/evidence/"])
def test_only_the_branches_of_the_folder_count(folder):
    found = of_folder(REPORT, folder)
    assert (found.percent, found.missed) == (75.0, ("checker/evidence/one.py:5 -> -4",))


def test_a_folder_without_branches_is_an_error():
    with pytest.raises(ValueError, match="no branch of checker/none was measured"):
        of_folder(REPORT, "checker/none")


def test_what_is_missed_is_told_where_it_is_too_much():
    found = [of_folder(REPORT, "checker/evidence"), of_folder(REPORT, "checker/exercises")]
    few = ["checker/evidence: 75.0 % of 4 branches", "checker/exercises: 100.0 % of 1 branches"]
    assert lines(found, 75) == few
    assert lines(found, 76) == [few[0], "  not taken: checker/evidence/one.py:5 -> -4", few[1]]


SOURCE = "def sign(number):\n    if number < 0:\n        return -1\n    return 1\n\n\nsign(1)\n"


@pytest.mark.parametrize(("least", "code"), [("50", 0), ("51", 1)])
def test_the_command_reads_what_was_measured_and_fails_below_the_least(root, tmp_path, plain_environment, least, code):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "sign.py").write_text(SOURCE)
    (tmp_path / "pyproject.toml").write_text("[tool.coverage.run]\nbranch = true\n")
    environment = {**plain_environment, "PYTHONPATH": str(root)}

    def python(*words):
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    python("coverage", "run", "kit/sign.py")
    done = python("tests.branches", "--least", least, "kit")
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith("kit: 50.0 % of 2 branches\n")
    assert ("kit/sign.py:2 -> 3" in done.stdout) == bool(code)
