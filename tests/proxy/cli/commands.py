"""Running the command as an operator does, against a state folder and a configuration of a test's own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from proxy.cli.app import app
from proxy.configfile import ConfigError
from proxy.userfile import add_user
from tests.compiled import share_rules

SOON = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
PASSWORD = "correct horse"


@dataclass(frozen=True, slots=True)
class Desk:
    """An installation, and who sits at it."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def config(self) -> Path:
        return self.folder / "tightlip.yaml"

    def configure(self, **keys: str) -> None:
        lines = {"state_dir": "state", "policy": "./policy.yaml"} | keys
        self.config.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))

    def write_policy(self, text: str = "") -> None:
        (self.folder / "policy.yaml").write_text(f"id: test\ndescription: a test's\n{text}")

    def add_user(self, name: str, *groups: str) -> None:
        add_user(self.folder / "users.yaml", name, PASSWORD, groups)

    def run(self, *arguments: str, password: str = PASSWORD) -> Result:
        return CliRunner().invoke(app, [*arguments, "--config", str(self.config)], input=f"{password}\n")

    def do(self, *arguments: str) -> str:
        """The output of a command that does what it is asked to."""
        done = self.run(*arguments)
        assert done.exit_code == 0, done.output + str(done.exception)
        return done.output

    def refused(self, *arguments: str, password: str = PASSWORD) -> str:
        """The message of a command that refuses."""
        done = self.run(*arguments, password=password)
        assert isinstance(done.exception, ConfigError), done.output
        return str(done.exception)


def desk(folder: Path, policy: str = "") -> Desk:
    made = Desk(folder)
    share_rules(made.state)
    made.write_policy(policy)
    made.configure()
    return made
