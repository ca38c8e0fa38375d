"""What is refused when a policy is read: each mistake with its line and what to do, all at once, and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.policy import PolicyError, load_policy
from proxy.policy.check import expired
from proxy.policy.source import MAX_NODES, parse_source
from proxy.setting import policy_folder
from tests.law import often
from tests.proxy.policy.making import HEAD, WORDS, load, write

MISTAKES = [
    # how it is written
    ("defualt: log", 4, "expected one of", "did you mean default?"),
    ("findings:\n- {id: a, when: {entty: [X]}, action: log}", 5, "clause a: when.entty", "did you mean entity?"),
    ("findings:\n- {id: a, acton: log, action: log}", 5, "clause a: acton", "did you mean action?"),
    ("findings:\n- {id: a, action: blok}", 5, "expected one of allow, block, justify", "did you mean block?"),
    ("findings:\n- {id: a, action: 3}", 5, "clause a: action: expected one of", "found 3"),
    ("findings:\n- {id: default, action: log}", 5, "expected another id"),
    ("findings: {id: a, action: log}", 4, "findings: expected a list, found a mapping"),
    ("findings:\n- all", 5, "findings.0: expected a mapping, found 'all'"),
    ("findings:\n- {id: a, when: {count_at_least: 1}, action: log}", 5, "greater than or equal to 2"),
    ("findings:\n- {id: a, when: {verified: perhaps}, action: log}", 5, "expected true or false, found 'perhaps'"),
    ("findings:\n- {id: a, when: {score_at_least: .nan}, action: log}", 5, "clause a: when.score_at_least"),
    ("findings:\n- {id: a, when: {category: []}, action: log}", 5, "expected at least one, found none"),
    ("findings:\n- {id: a, when: {agreement: {baa: sigend}}, action: log}", 5, "did you mean signed?"),
    ("findings:\n- {id: a, when: {hours: 8-18}, action: log}", 5, "HH:MM-HH:MM"),
    ("findings:\n- {id: a, when: {hours: '08:00-08:00'}, action: log}", 5, "two different times"),
    ("findings:\n- {id: a, when: {hours: '08:60-25:00'}, action: log}", 5, "two different times"),
    ("findings:\n- {id: a, when: {days: [monday]}, action: log}", 5, "when.days.0", "did you mean mon?"),
    ("findings:\n- {id: a, when: {from: 2026-02-30}, action: log}", 5, "expected a date"),
    ("findings:\n- {id: a, when: {until: 10:00}, action: log}", 5, "expected a date"),
    ("findings:\n- {id: a, when: {network: [10.0.0.1/8]}, action: log}", 5, "its host bits zero"),
    ("findings:\n- {id: a, when: {client_version: {codex: new}}, action: log}", 5, "version specifiers"),
    ("findings:\n- {id: a, when: {path: ['src\\**']}, action: log}", 5, "forward slashes"),
    ("findings:\n- {id: a, message: \"two\\nlines\", action: log}", 5, "one line"),
    ("timezone: Mars/Phobos", 4, "expected a time zone's name"),
    ("on_incomplete: {binray: log}", 4, "did you mean binary?"),
    ("requests:\n- {id: a, action: redact}", 5, "expected one of allow, block, justify, log, warn, found 'redact'"),
    ("limits:\n- {id: a, action: justify}", 5, "expected one of block, log, mask, pseudonymise, redact"),
    ("clauses:\n- {id: a, action: log}", 4, "expected `findings`"),
    ("default: log\ndefault: log", 5, "a duplicate, first found in line 4"),
    ("findings:\n- {id: a, action: log, action: log}", 5, "a duplicate, first found in line 5"),
    ("default: !!python/name:os.system", 4, "found the tag"),
    ("? [a]\n: log", 4, "expected a name before the colon"),
    ("findings: &all [*all]", 4, "a value that holds itself"),
    ("version: 1", 4, "a duplicate"),
    # what it says
    ("requests:\n- {id: a, when: {category: [pci]}, action: log}", 5, "move the clause to `findings` or `limits`"),
    ("requests:\n- {id: a, unless: {verified: true}, action: log}", 5, "move the clause to `findings` or `limits`"),
    ("findings:\n- {id: a, unless: {count_at_least: 2}, action: log}", 5, "expected in `when`"),
    ("findings:\n- {id: a, when: {rule: [aws-kee]}, action: log}", 5, "when.rule.0", "did you mean aws-key?"),
    ("findings:\n- {id: a, when: {entity: [EMAIL_ADRESS]}, action: log}", 5, "did you mean EMAIL_ADDRESS?"),
    ("findings:\n- {id: a, unless: {vendor: opnai}, action: log}", 5, "unless.vendor.0", "did you mean openai?"),
    ("findings:\n- {id: a, when: {group: [payment]}, action: log}", 5, "when.group.0", "did you mean payments?"),
    ("findings:\n- {id: a, when: {role: [aprover]}, action: log}", 5, "did you mean approver?"),
    ("findings:\n- {id: a, when: {user: [bob]}, action: log}", 5, "expected one of ada, found 'bob'"),
    ("findings:\n- {id: a, when: {client: [claudecode]}, action: log}", 5, "did you mean claude-code?"),
    ("findings:\n- {id: a, when: {client_version: {claude: '>1'}}, action: log}", 5, "client_version.claude"),
    ("findings:\n- {id: a, when: {code: {pc1: [cde]}}, action: log}", 5, "when.code.pc1", "did you mean pci?"),
    ("findings:\n- {id: a, when: {code: {pci: [cdee]}}, action: log}", 5, "when.code.pci.0", "did you mean cde?"),
    ("findings:\n- {id: a, when: {category: [pci], entity: [EMAIL_ADDRESS]}, action: log}", 5, "this can never hold"),
    ("findings:\n- {id: a, when: {rule: [card], category: [phi]}, action: log}", 5, "this can never hold"),
    ("findings:\n- {id: a, when: {from: 2026-02-02, until: 2026-02-01}, action: log}", 5, "this can never hold"),
    ("findings:\n- {id: a, when: {region: [eu], region_outside: [eu, us]}, action: log}", 5, "this can never hold"),
    ("findings:\n- {id: a, when: {training: [x], without_training: [x]}, action: log}", 5, "this can never hold"),
    ("findings:\n- {id: a, when: {client: codex, client_version: {claude-code: '>1'}}, action: log}", 5, "never hold"),
    ("findings:\n- {id: a, when: {rule: [card]}, unless: {category: [pci]}, action: log}", 5, "can never match"),
    ("findings:\n- {id: a, when: {entity: [AWS_KEY]}, action: mask}", 5, "of secrets nothing may be shown"),
    ("findings:\n- {id: a, action: log}\n- {id: a, when: {rule: [card]}, action: log}", 6, "expected a unique id"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), [(text, line, said) for text, line, *said in MISTAKES])
def test_a_mistake_has_its_line_and_a_way_out(tmp_path: Path, text: str, line: int, said: list[str]) -> None:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text + "\n", WORDS)
    told = str(caught.value)
    assert told.startswith(f"{tmp_path / 'own.yaml'}:{line}: ")
    assert [part for part in said if part not in told] == []


PAIRS = [
    # first, second, what is said of the second; None: nothing
    (
        "category: [pci, pii]",
        "category: [pii, pci]",
        "contradicts clause a in line 5, which asks the same",
    ),
    ("category: [pci]", "category: [pci], vendor: [openai]", "never reached: clause a in line 5"),
    ("category: [pci]", "rule: [card]", "contradicts"),
    ("category: [pii, phi]", "rule: [mail]", "never reached"),
    ("category: [pii]", "rule: [mail]", None),  # near medicine it is phi
    ("severity_at_least: medium", "severity_at_least: high", "never reached"),
    ("severity_at_least: high", "severity_at_least: medium", None),
    ("count_at_least: 5", "count_at_least: 50", "never reached"),
    ("count_at_least: 50", "count_at_least: 5", None),
    ("vendor: [openai]", "vendor: [openai, anthropic]", None),
    ("agreement: {baa: [none, pending]}", "agreement: {baa: [none], dpa: [none]}", "never reached"),
    ("agreement: {baa: [none], dpa: [none]}", "agreement: {baa: [none]}", None),
    ("code: {pci: [cde, unknown]}", "code: {pci: [cde]}", "never reached"),
    ("network: [10.0.0.0/8]", "network: [10.1.0.0/16, 10.2.0.0/16]", "never reached"),
    ("network: [10.1.0.0/16]", "network: [10.0.0.0/8]", None),
    ("network: [10.0.0.0/8]", "network: ['2001:db8::/32']", None),
    ("hours: 08:00-18:00", "hours: [09:00-10:00, 17:00-18:00]", "never reached"),
    ("hours: 22:00-06:00", "hours: 23:00-05:00", "never reached"),
    ("hours: 08:00-18:00", "hours: 17:00-19:00", None),
    ("until: 2026-12-31", "until: 2026-06-30", "never reached"),
    ("from: 2026-01-01", "from: 2026-06-30", "never reached"),
    ("from: 2026-06-30", "from: 2026-01-01", None),
    ("client_version: {codex: '>1', claude-code: '>2'}", "client_version: {codex: '>1'}", "never reached"),
    ("client_version: {codex: '>1'}", "client_version: {codex: '>0.5'}", None),
    ("retention_days_over: 10", "retention_days_over: 30", "never reached"),
    ("region: [eu, us]", "region: [eu]", "never reached"),
    ("region_outside: [eu]", "region_outside: [eu, us]", None),
    ("verified: true", "verified: false", None),
    ("group: [payments]", "user: [ada]", None),
    ("path: ['**/a']", "path: ['**/a', '**/b']", None),
]


@pytest.mark.parametrize(("first", "second", "said"), PAIRS)
def test_a_clause_that_has_nothing_left_to_do(tmp_path: Path, first: str, second: str, said: str | None) -> None:
    text = f"findings:\n- {{id: a, when: {{{first}}}, action: log}}\n- {{id: b, when: {{{second}}}, action: block}}\n"
    if said is None:
        load(tmp_path, text, WORDS)
        return
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text, WORDS)
    assert f"own.yaml:6: clause b: {said}" in str(caught.value)
    if said.startswith("never"):  # of limits, the strictest holds
        load(tmp_path, text.replace("findings", "limits"), WORDS)


@pytest.mark.parametrize(
    ("first", "second", "is_right"),
    [
        ("unless: {user: [ada]}", "when: {user: [ada]}", True),
        ("unless: {user: [ada]}", "when: {vendor: [openai]}", True),
        ("unless: {user: [ada]}", "when: {vendor: [openai]}, unless: {user: [ada]}", False),
        ("unless: {user: [ada], vendor: [openai]}", "when: {rule: [card]}, unless: {user: [ada]}", False),
        ("unless: {user: [ada]}", "when: {rule: [card]}, unless: {user: [ada], vendor: [openai]}", True),
    ],
)
def test_what_unless_leaves(tmp_path: Path, first: str, second: str, is_right: bool) -> None:
    text = f"findings:\n- {{id: a, {first}, action: log}}\n- {{id: b, {second}, action: block}}\n"
    if is_right:
        load(tmp_path, text, WORDS)
    else:
        with pytest.raises(PolicyError, match="clause b: never reached"):
            load(tmp_path, text, WORDS)


def test_own_clauses_may_do_away_with_those_of_a_pack(tmp_path: Path) -> None:
    write(
        tmp_path, HEAD.replace("own", "base") + "findings:\n- {id: a, when: {rule: [card]}, action: log}\n", "base.yaml"
    )
    load(tmp_path, "extends: ./base.yaml\nfindings:\n- {id: b, when: {category: [pci]}, action: block}\n", WORDS)


def test_packs_may_name_what_an_operator_does_not_have(tmp_path: Path) -> None:
    clauses = "{id: %s, when: {code: {sox: [in-scope]}, group: [auditors], role: [owner], vendor: [%s]}, action: log}"
    head = HEAD.replace("own", "base") + "findings:\n"
    write(tmp_path, head + f"- {clauses % ('a', 'openai')}\n", "base.yaml")
    assert load_policy("base", tmp_path, WORDS).findings
    with pytest.raises(PolicyError) as caught:
        load_policy(str(tmp_path / "base.yaml"), policy_folder(), WORDS)
    assert len(caught.value.problems) == 3
    write(tmp_path, head + f"- {clauses % ('a', 'opnai')}\n", "base.yaml")
    with pytest.raises(PolicyError, match=r"did you mean openai\?"):
        load_policy("base", tmp_path, WORDS)


def test_every_mistake_is_told_at_once_and_shown_in_its_line(tmp_path: Path) -> None:
    text = "extends: [nought]\ntimezone: Nowhere\nfindings:\n- {id: a, when: {entty: [X]}, action: blok}\nlimits: 3\n"
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text)
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == ["4", "5", "7", "7", "8"]
    shown = caught.value.shown().splitlines()
    assert shown[6:9] == [
        str(caught.value.problems[2]),
        "    7 | - {id: a, when: {entty: [X]}, action: blok}",
        "      |                  ^",
    ]


def test_a_file_without_a_version_is_of_the_older_form(tmp_path: Path) -> None:
    old = "id: old\ndescription: Old.\nclauses:\n- {id: a, when: {rule: [x]}, action: log}\n"
    policy = load_policy(write(tmp_path, old), tmp_path)
    assert [clause.id for clause in policy.findings] == ["a"]
    with pytest.raises(PolicyError, match=r"own\.yaml:5: limits: expected `version: 1`"):
        load_policy(write(tmp_path, old + "limits: []\n"), tmp_path)
    with pytest.raises(PolicyError, match=r"own\.yaml:1: version: expected 1, found 2: the file is for another"):
        load_policy(write(tmp_path, "version: 2\nid: old\ndescription: Old.\n"), tmp_path)


def test_what_has_ended_is_told_but_no_mistake(tmp_path: Path) -> None:
    policy = load(tmp_path, "findings:\n- {id: a, when: {until: 2026-06-30}, action: log}\n- {id: b, action: log}\n")
    assert expired(policy, datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == []
    (line,) = expired(policy, datetime(2026, 7, 1, tzinfo=UTC))
    assert line.startswith(f"{tmp_path / 'own.yaml'}:5: clause a: ended with 2026-06-30")


# Whatever is in a file.

BITS = [
    *("version: 1", "id: a", "description: b", "findings:", "limits:", "requests:", "extends:", "when:", "unless:"),
    *("action: log", "hours: 1", "from: 2026-13-45", "until: .inf", "network: [1]", "code: {a: {}}", "agreement: 3"),
    *(
        "rule: 3",
        "category: pci",
        "count_at_least: 1e9",
        "timezone: ../etc",
        "on_incomplete:",
        "client_version: {a: b}",
    ),
    *("- ", "  ", "{", "}", "[", "]", ",", ": ", "&a ", "*a", "!!int ", "!x ", "<<", "? ", '"', "'", "#", "---", "..."),
    *("%YAML 9", "\t", "\x00", "\x85", "0x1F", "1_0", ".nan", "~", '"\\U00110000"', "\n", "\n  ", "\n- "),
]


@often(300)
@given(
    st.one_of(
        st.binary(max_size=100),
        st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(st.sampled_from(BITS), max_size=30).map("".join).map(str.encode),
    ),
    st.booleans(),
)
def test_no_file_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: bytes, is_headed: bool) -> None:
    folder = tmp_path_factory.mktemp("fuzz", numbered=True)
    try:
        load_policy(write(folder, HEAD.encode() + data if is_headed else data), folder, WORDS)
    except PolicyError as err:
        assert all(str(problem) for problem in err.problems)


def test_what_grows_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [" + "x, " * 100 + "]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 100 + "]" for n in range(1, 6)]
    with pytest.raises(PolicyError, match=f"more than {MAX_NODES} values"):
        parse_source("own.yaml", "\n".join(lines).encode())
    with pytest.raises(PolicyError, match=r"own\.yaml:1: expected a file of at most 8 MiB"):
        parse_source("own.yaml", bytes(9 << 20))
