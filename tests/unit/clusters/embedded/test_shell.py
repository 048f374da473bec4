"""As much of a shell as people type when they try things out: what it prints, and when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.embedded import images, logs
from clusters.embedded.logs import MOST_CHARACTERS, Shell

STARTED = datetime(2026, 1, 1, 12, tzinfo=UTC)
PROGRAMS = images.find(images.load([images.PUBLIC]), "busybox")["programs"]
HOUR = 3600
MOST_LINES = 500  #: a tenth of what a log holds: to reach the bound ten times as often takes as long


@pytest.fixture(autouse=True)
def _short_logs(monkeypatch):
    monkeypatch.setattr(logs, "MOST_LINES", MOST_LINES)


def run(script: str, seconds: float = 10, words: tuple[str, ...] = ("sh", "-c")) -> list[tuple[float, str]]:
    """What ``script`` has printed, and after how many seconds, when so many have passed."""
    shell = Shell({"NAME": "Ann", "HOSTNAME": "pod-1"}, STARTED, until=STARTED + timedelta(seconds=seconds))
    return [((time - STARTED).total_seconds(), line) for time, line in shell.run([*words, script], PROGRAMS)]


def printed(script: str, seconds: float = 10) -> list[str]:
    return [line for _, line in run(script, seconds)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo hello", ["hello"]),
        ("echo", [""]),
        ("echo -n hello", ["hello"]),
        (r'echo -e "a\nb"', ["a", "b"]),
        (r'echo "a\nb"', [r"a\nb"]),
        (r"printf 'a\nb\n'", ["a", "b"]),
        (r'printf "%s is %d\n" Ann 7', ["Ann is 7"]),
        ("/bin/echo hello", ["hello"]),
        ("hostname", ["pod-1"]),
        ("whoami; pwd", ["root", "/"]),
        ("printenv NAME", ["Ann"]),
        ("printenv NOBODY || echo none", ["none"]),
        ("env", ["NAME=Ann", "HOSTNAME=pod-1"]),
        ("seq 3", ["1", "2", "3"]),
        ("seq 2 3", ["2", "3"]),
        ("seq 1 2 5", ["1", "3", "5"]),
        ("seq 3 1", []),
        ("date", ["Thu Jan  1 12:00:00 UTC 2026"]),
        ("sleep 61; date", []),
        ("mkdir -p /data && touch /data/x && ls /tmp", []),
        ("cat /nowhere", ["cat: can't open '/nowhere': No such file or directory"]),
        ("ls /nowhere", ["ls: /nowhere: No such file or directory"]),
        ("cat /etc/hosts", []),
        ("wget -qO- http://blog-api:8080/version", ["wget: bad address 'blog-api:8080'"]),
        ("kubectl get pods", ["sh: kubectl: not found"]),
        ("true; false; cd /tmp; set -e; trap 'exit 0' TERM; :", []),
    ],
)
def test_programs(script, expected):
    assert printed(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo a; echo b", ["a", "b"]),
        ("echo a\necho b\n", ["a", "b"]),
        ("echo a && echo b", ["a", "b"]),
        ("false && echo a", []),
        ("false || echo a", ["a"]),
        ("false && echo a || echo b", ["b"]),
        ("cat /nowhere 2>/dev/null || echo none", ["cat: can't open '/nowhere': No such file or directory", "none"]),
        ("kubectl || echo none", ["sh: kubectl: not found", "none"]),
        ("echo a; exit 3; echo b", ["a"]),
        ("exit 0 && echo b", []),
        ("echo a; exec sleep 1d; echo b", ["a"]),
        ("exec echo a", ["a"]),
        ("echo a \\\n  b", ["a b"]),
        ("# a comment\necho a # another one\n#echo b", ["a"]),
        ("echo a | tee /tmp/x", ["a"]),
        ("echo a > /tmp/x; echo b >> /tmp/x; echo c>/tmp/x", []),
        ("echo a >&2; echo b 2>&1; echo c > /dev/stdout; echo d > /proc/1/fd/1", ["a", "b", "c", "d"]),
        ("echo a 2>/dev/null", ["a"]),
        ("echo a >/dev/null 2>&1; echo b", ["b"]),
    ],
)
def test_one_command_after_the_other(script, expected):
    assert printed(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo $NAME ${NAME} $NAMES", ["Ann Ann"]),
        ('echo "hello  $NAME"', ["hello  Ann"]),
        ("echo 'hello $NAME'", ["hello $NAME"]),
        ("echo \"it's ${NAME}'s\"", ["it's Ann's"]),
        (r'echo \$NAME "\$NAME"', ["$NAME $NAME"]),
        ("echo ${NAME:-Bob} ${OTHER:-Bob} ${OTHER-Bob}", ["Ann Bob Bob"]),
        ("X=1; echo $X", ["1"]),
        ('X="a b"; echo "$X"', ["a b"]),
        ("X='it''s'; echo $X", ["its"]),
        ("""X="it's"; echo $X "$X" """, ["it's it's"]),
        ("""X='say "hi"'; echo $X "$X" """, ['say "hi" say "hi"']),
        ("X=1 echo hi", ["hi"]),
        ('echo "at $(date)"', ["at Thu Jan  1 12:00:00 UTC 2026"]),
        ("echo `hostname` $(hostname)", ["pod-1 pod-1"]),
        ("echo $(seq 3) $(seq 2 4)", ["1 2 3 2 3 4"]),
        ("i=1; i=$((i+1)); echo $i $((i * 3)) $(( $i - 5 )) $((7 / i)) $((7 % i))", ["2 6 -3 3 1"]),
        ("echo $((x+1)) $((1/0)) $((x % x))", ["1 0 0"]),
    ],
)
def test_variables(script, expected):
    assert printed(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('echo "issue #1"', ["issue #1"]),
        ('echo "a|b"', ["a|b"]),
        ('echo "a > b" "c; d" "e && f"', ["a > b c; d e && f"]),
        ('for i in 1 2; do echo "step $i is done"; done; echo end', ["step 1 is done", "step 2 is done", "end"]),
        ("for i in 1 2; do echo done; done; echo end", ["done", "done", "end"]),
        (r'echo "say \"hi\""', ['say "hi"']),
        (r"echo it\'s", ["it's"]),
        ("echo http://blog-api:8080/#top", ["http://blog-api:8080/#top"]),
    ],
)
def test_what_stands_in_quotes_is_text(script, expected):
    assert printed(script) == expected


class TestLoops:
    def test_time_passes(self):
        assert run("echo a; sleep 2; echo b; sleep 0.5; echo c") == [(0, "a"), (2, "b"), (2.5, "c")]
        assert run("sleep 1m; echo a; sleep 1h; echo b", 2 * HOUR) == [(60, "a"), (3660, "b")]

    def test_what_is_yet_to_come_is_not_told(self):
        assert run("echo a; sleep 5; echo b", 4.9) == [(0, "a")]
        assert run("echo a; sleep 5; echo b", -1) == []

    @pytest.mark.parametrize("duration", ["infinity", "inf", "99999999999d", "1" + "0" * 400])
    def test_for_ever(self, duration):
        assert run(f"echo a; sleep {duration}; echo b", 1e6) == [(0, "a")]

    @pytest.mark.parametrize("duration", ["", "1.2.3", ".", "abc", "-1", "²", "1w"])
    def test_a_duration_that_is_none(self, duration):
        assert run(f"sleep {duration} || echo a; echo b") == [(0, "a"), (0, "b")]

    @pytest.mark.parametrize(
        "script",
        [
            "while true; do echo x; sleep 2; done",
            "while :\ndo\n  echo x\n  sleep 2\ndone",
            "until false; do echo x; sleep 2; done",
            "while true; do echo x && sleep 2; done; echo never",
            "trap 'exit 0' TERM; while true; do echo x; sleep 2 & wait; done",
        ],
    )
    def test_that_never_end(self, script):
        assert run(script, 5) == [(0, "x"), (2, "x"), (4, "x")]

    def test_that_wait_in_their_head(self):
        assert run("while sleep 2; do echo x; done", 5) == [(2, "x"), (4, "x")]

    def test_over_a_list(self):
        script = "for i in a 'b c' $(seq 2); do echo $i; sleep 1; done; echo end"
        assert run(script) == [(0, "a"), (1, "b c"), (2, "1"), (3, "2"), (4, "end")]

    def test_in_each_other(self):
        script = "for i in 1 2; do for j in a b; do echo $i$j; done; echo -; done; echo end"
        assert printed(script) == ["1a", "1b", "-", "2a", "2b", "-", "end"]

    @pytest.mark.parametrize("seconds", [5, 30 * 86400])
    def test_the_counter_of_the_kubernetes_documentation(self, seconds):
        script = 'i=0; while true; do echo "$i: $(date)"; i=$((i+1)); sleep 1; done'
        found = run(script, seconds)
        assert min(seconds + 1, MOST_LINES - 5) <= len(found) <= MOST_LINES
        for time, line in (found[0], found[-1]):
            moment = STARTED + timedelta(seconds=time)
            assert line == f"{time:.0f}: {moment:%a %b %e %H:%M:%S} UTC {moment:%Y}"
        assert found[-1][0] == seconds

    @pytest.mark.parametrize("body", ["echo a; sleep 0.3", "sleep 1; echo a; echo b", "echo a", "seq 300; sleep 7"])
    @pytest.mark.parametrize("after", [3, 30_000])
    def test_who_looks_later_sees_the_same_and_more(self, body, after):
        """``kubectl logs -f`` goes on from what it has seen."""
        earlier, later = (run(f"while true; do {body}; done", seconds) for seconds in (after, after + 0.25))
        common = [line for line in later if line[0] <= after]
        assert len(common) > len(later) / 4
        assert earlier[-len(common) :] == common

    def test_tail_of_a_file_that_never_grows(self):
        assert printed("echo a; tail -f /dev/null; echo b", 1e6) == ["a"]


class TestLimits:
    """Whatever somebody types, the answer comes, and the newest lines are in it."""

    @pytest.mark.parametrize(
        "script",
        [
            "while true; do echo x; done",
            "while true; do echo x; sleep 1; done",
            "while true; do echo x; echo x; echo x; sleep 1; done",
            "while true; do while true; do echo x; done; done",
            "while true; do echo x; sleep 0; done",
            "while true; do echo x; sleep 0.0000001; done",
        ],
    )
    def test_of_a_loop_of_days_the_last_lines_are_kept(self, script):
        found = run(script, 3 * 86400)
        assert MOST_LINES * 0.9 < len(found) <= MOST_LINES
        assert {line for _, line in found} == {"x"}
        assert found[-1][0] > 3 * 86400 - 2

    def test_of_a_loop_that_prints_a_lot_too(self):
        found = run("while true; do seq 1000; sleep 1; done", 86400)
        assert [line for _, line in found[-2:]] == ["999", "1000"]
        assert found[-1][0] > 86400 - 2

    def test_of_a_long_list_the_last_lines_are_kept(self):
        assert printed("seq 999999999")[-2:] == ["999999998", "999999999"]
        assert len(printed("seq 999999999")) == MOST_LINES
        found = printed("for i in $(seq 6000); do echo $i; done")
        assert (found[0], found[-1], len(found)) == ("5501", "6000", MOST_LINES)

    def test_a_variable_does_not_grow_for_ever(self):
        lengths = [len(line) for line in printed('x=a; while true; do x="$x$x"; echo $x; sleep 1; done', 60)]
        assert lengths[:4] == [2, 4, 8, 16]
        assert max(lengths) == MOST_CHARACTERS

    @pytest.mark.parametrize(
        "script",
        [
            "for i in $(seq 999999999); do :; done",
            "for i in $(seq 999); do for j in $(seq 999); do for k in $(seq 999); do :; done; done; done",
            'x=a; while true; do x="$x$x"; echo "$x"; done',
            'echo "' + r"\\" * 5000,
            "while true; do " * 50 + "echo x" + "; done" * 50,
            "for i in 1; do " * 500 + "echo x" + "; done" * 500,
            "echo " + "'" * 5001,
            "(" * 5000,
            "$(" * 5000,
            "$((" * 5000,
            "\n" * 5000 + "while" + "\n" * 2000,
            "seq " + "9" * 5000,
            "echo $((" + "9" * 5000 + "+1))",
            "x=" + "9" * 5000 + "; echo $((x*x))",
            "sleep " + "9" * 5000,
            "exit " + "9" * 5000,
        ],
    )
    def test_nothing_that_is_typed_takes_for_ever(self, script):
        assert len(run(script, 2)) <= MOST_LINES


WORDS = [
    *(
        "echo",
        "printf",
        "sleep",
        "seq",
        "exit",
        "exec",
        "date",
        "hostname",
        "env",
        "printenv",
        "cat",
        "tail",
        "wget",
        "sh",
    ),
    *(
        "while",
        "until",
        "for",
        "do",
        "done",
        "if",
        "then",
        "else",
        "fi",
        "in",
        "case",
        "esac",
        "break",
        "true",
        "false",
    ),
    *(
        " ",
        " ",
        " ",
        "\n",
        ";",
        "&",
        "&&",
        "|",
        "||",
        ">",
        ">>",
        "2>&1",
        "<",
        "(",
        ")",
        "{",
        "}",
        "#",
        "\\",
        "'",
        '"',
        "`",
    ),
    *(
        "$",
        "$(",
        "$((",
        "))",
        "${",
        "$x",
        "$((x+1))",
        "${x:-y}",
        "x=",
        "x=1",
        "-f",
        "-e",
        "-c",
        "=",
        "+",
        "/",
        "%",
        "0",
    ),
    *(
        "1",
        "0.5",
        ".",
        "1.2.3",
        "-1",
        "inf",
        "9" * 30,
        "1e9",
        "²",
        "٣",
        "ä",
        "\x00",
        "\t",
        "/etc",
        "/nowhere",
        "%s",
        "\\n",
    ),
]


def holds_its_promises(script: str) -> None:
    found = run(script, 1.5)
    times = [time for time, _ in found]
    assert len(found) <= MOST_LINES
    assert times == sorted(times)
    assert all(0 <= time <= 1.5 for time in times)
    assert not any("\n" in line for _, line in found)
    assert run(script, 1.5) == found, "two people who look at once would see different logs"


@given(st.text(max_size=60))
def test_arbitrary_text_is_survived(script):
    holds_its_promises(script)


@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
def test_arbitrary_scraps_of_shell_are_survived(script):
    holds_its_promises(script)


@given(st.lists(st.sampled_from([word for word in WORDS if word.strip()]), max_size=20).map(" ".join))
def test_arbitrary_words_of_shell_are_survived(script):
    holds_its_promises(script)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_arbitrary_command_lines_are_survived(words):
    shell = Shell({"HOSTNAME": "pod-1"}, STARTED, until=STARTED + timedelta(seconds=1))
    assert len(shell.run(words, PROGRAMS)) <= MOST_LINES
