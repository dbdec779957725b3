"""The two ports to AWS: the tables, and what CloudFormation says. `aws` has both."""

from collections.abc import Callable
from typing import Protocol

from sentinel_tables.model import Encryption, Facet, LiveTable, Owner
from sentinel_tables.rules.belief import ResourceWord, StackWord
from sentinel_tables.rules.steps import Step


class Tables(Protocol):
    """The port to the tables. Each call raises NotNow for what passes by waiting, RefusedByAws for what does not."""

    @property
    def at_aws(self) -> bool:
        """True if the tables are DynamoDB's own, so that its durations are known; false for whatever stands in for it."""

    def read(
        self,
        name: str,
        known: LiveTable | None,
        facets: frozenset[Facet],
        again: frozenset[Facet],
        between: Callable[[], None] = lambda: None,
    ) -> LiveTable | None:
        """The table of that name, or None. `between` is called before each call but the first; what it raises ends the read.

        Of the `facets`, those in `again` and those that `known` does not tell of this very table are read, if the table is
        far enough along to be asked.
        """

    def take(self, step: Step) -> str:
        """Makes the step's call. That it was done already is success.

        Returns the id of the table that the call made, if the answer names one, else "".
        """

    def with_key_arn(self, encryption: Encryption) -> Encryption:
        """The same encryption, a customer managed key named by its ARN, as `read` tells it."""


class Stacks(Protocol):
    """The port to CloudFormation. Each call raises NotNow if there is no answer, and it is to be tried again."""

    def resource(self, owner: Owner) -> ResourceWord:
        """CloudFormation's word on a resource."""

    def stack(self, stack_id: str) -> StackWord:
        """CloudFormation's word on a stack."""
