"""Which feeds a digest rests on: silence is told apart from failure."""

from dataclasses import replace

import pytest

from builders import a_feed_state, a_subscriber
from hrwatch.model.feeds import FAILING, Outcome, State
from hrwatch.pipeline.mailing.writing import coverage_of


@pytest.mark.parametrize("state", State)
def test_coverage_counts_as_failing_only_what_fails(state: State) -> None:
    coverage = coverage_of(a_subscriber(), (a_feed_state(state=state),))
    fails = state not in (State.NEW, State.OK, State.QUIET, State.DISABLED)
    assert (state in FAILING) is fails
    read = state in (State.OK, State.QUIET)
    assert (coverage.configured, coverage.read, len(coverage.failing)) == (1, read, fails)


@pytest.mark.parametrize("state", [State.NEW, State.OK, State.QUIET])
def test_coverage_tells_what_our_own_trouble_kept_from_being_read(state: State) -> None:
    spoilt = a_feed_state(state=state, outcome=Outcome.FAILED, error="the proxy is not there")
    coverage = coverage_of(a_subscriber(), (spoilt,))
    assert (coverage.configured, coverage.read, coverage.failing) == (1, 0, (spoilt,))


def test_coverage_leaves_out_what_the_subscriber_excludes() -> None:
    reader = a_subscriber()
    reader = replace(reader, interest=replace(reader.interest, exclude_feeds=("wire",)))
    states = (a_feed_state(), a_feed_state(feed="agency", state=State.OK))
    assert coverage_of(reader, states).configured == 1
