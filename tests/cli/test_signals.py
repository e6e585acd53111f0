"""Ctrl-C and SIGTERM: the first one is waited for, the second one interrupts."""

import signal

import pytest

from devkit.cli.signals import stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_the_wait_and_the_second_one_interrupts(number: signal.Signals) -> None:
    with stop_signals() as stopping:
        signal.raise_signal(number)
        stopping.wait()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals():
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before
