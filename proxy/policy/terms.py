"""On which terms people may lower what a policy says: exceptions, and values allowed from a block's reference."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from detectors import Category

Role = Annotated[str, Field(min_length=1, max_length=64)]


class ExceptionTerms(BaseModel):
    """`max_days` is how far off an exception's end may be when it is asked for. `approver_role` is a role that the
    approver must have, or a group; without it whoever may run the command approves, only never the requester.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_days: Annotated[int, Field(ge=1, le=366)] = 90
    approver_role: Role | None = None


class AllowTerms(BaseModel):
    """Who may take a block's findings for no findings with `tightlip allow REF`, and of which categories: none unless
    the policy names some. `max_days` is how long that may hold. The allowlist itself is reviewed like code instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role | None = None
    categories: tuple[Category, ...] = ()
    max_days: Annotated[int, Field(ge=1, le=3660)] = 365
