"""The grammar of assignments: every form's name and value, and how the value stands."""

import pytest

from detectors.assignment.grammar import Form, read

V = "Kx7pWq9zT4"
FORMS = [
    (f"password = '{V}'", Form.QUOTED),
    (f'password: "{V}"', Form.QUOTED),
    (f'"password": "{V}"', Form.QUOTED),
    (f'\\"password\\": \\"{V}\\"', Form.QUOTED),
    (f"password := `{V}`", Form.QUOTED),
    (f"password => '{V}'", Form.QUOTED),
    (f'password ??= "{V}"', Form.QUOTED),
    (f'password <- "{V}"', Form.QUOTED),
    (f"config['password'] = '{V}'", Form.QUOTED),
    (f'password: str = "{V}"', Form.QUOTED),
    (f'var password string = "{V}"', Form.QUOTED),
    (f'let password: &str = "{V}"', Form.QUOTED),
    (f'password = """{V}"""', Form.QUOTED),
    (f"<password>{V}</password>", Form.QUOTED),
    (f"<password>\n  {V}\n</password>", Form.QUOTED),
    (f'<password encoding="plain">{V}</password>', Form.QUOTED),
    (f'<property name="db.password">{V}</property>', Form.QUOTED),
    (f'<add key="password" value="{V}"/>', Form.QUOTED),
    (f"<key>password</key>\n<string>{V}</string>", Form.QUOTED),
    (f"- name: DB_PASSWORD\n  value: {V}", Form.QUOTED),
    (f'variable "password" {{\n  default = "{V}"\n}}', Form.QUOTED),
    (f"define('DB_PASSWORD', '{V}');", Form.QUOTED),
    (f'setProperty("password", "{V}")', Form.QUOTED),
    (f'setPassword("{V}")', Form.QUOTED),
    (f"CREATE USER a IDENTIFIED BY '{V}'", Form.QUOTED),
    (f"ALTER USER a WITH PASSWORD '{V}'", Form.QUOTED),
    (f'("password", "{V}")', Form.PAIR),
    (f"DB_PASSWORD={V}", Form.LINE),
    (f"export DB_PASSWORD={V}\n", Form.LINE),
    (f"  password: {V}\n", Form.LINE),
    (f"password: |\n  {V}\n", Form.LINE),
    (f"call(password={V}, x)", Form.LOOSE),
    (f"Server=db;Password={V};Encrypt=yes", Form.LOOSE),
    (f"--password {V} x", Form.SPOKEN),
    (f"ENV DB_PASSWORD {V}", Form.SPOKEN),
    (f"requirepass {V}", Form.SPOKEN),
    (f"the password is {V}, thanks", Form.SPOKEN),
    (f"Das Passwort lautet {V}", Form.SPOKEN),
    (f"| password | {V} |", Form.SPOKEN),
]


def readings(text: str) -> list[tuple[str, Form]]:
    """What is read at every place, the hits of the first pass among them."""
    found = [read(text, at) for at in range(1, len(text) + 1)]
    return [(text[one.start : one.end], one.form) for one in found if one is not None]


@pytest.mark.parametrize(("text", "form"), FORMS, ids=range(len(FORMS)))
def test_forms(text: str, form: Form) -> None:
    assert (V, form) in readings(text)


@pytest.mark.parametrize("text", [f"password for root: {V}", f"Password (root): {V}"])
def test_a_name_may_be_told_of_whom(text: str) -> None:
    found = read(text, text.index(":") + 1)
    assert found is not None
    assert found.name.lower() == "password"


@pytest.mark.parametrize("text", ["password = get(x)", "password = rows[0]", "x = 1", "password ="])
def test_expressions_are_no_values(text: str) -> None:
    assert readings(text) == []


def test_any_place_is_answered() -> None:
    text = "=:>,|'\"( \t\npassword" * 20
    for at in range(len(text) + 1):
        read(text, at)
