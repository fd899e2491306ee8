"""Which feeds a digest rests on: silence is told apart from failure."""

import pytest

from builders import a_feed_state, a_subscriber
from hrwatch.model.feeds import FAILING, State
from hrwatch.pipeline.writing import coverage_of


@pytest.mark.parametrize("state", State)
def test_coverage_counts_as_failing_only_what_fails(state: State) -> None:
    coverage = coverage_of(a_subscriber(), (a_feed_state(state=state),))
    fails = state not in (State.NEW, State.OK, State.QUIET, State.DISABLED)
    assert (state in FAILING) is fails
    assert (coverage.configured, coverage.read, len(coverage.failing)) == (1, not fails, fails)
