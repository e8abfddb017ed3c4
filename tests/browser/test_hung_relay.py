"""News comes also while the process that brings it hangs and closes nothing."""

import os
import signal

import pytest


@pytest.mark.parametrize("name", ["streams", "valkey"])
def test_the_till_says_paid_while_a_process_hangs(stack, till, phone, name):
    till.charge("480")
    phone.open(till.scan())
    phone.expect_state("confirm")
    group = int(stack.processes[name].pid_path.read_text())
    os.killpg(group, signal.SIGSTOP)

    try:
        phone.pay()
        till.expect_result("Paid")
    finally:
        os.killpg(group, signal.SIGCONT)
