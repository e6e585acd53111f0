"""Errors, escalations, signals, timers and event sub-processes, beyond the recorded scenarios."""

from tests.engine.driver import Driver

MINUTE = 60_000


def test_an_error_event_sub_process_catches_and_keeps_its_variables_inside(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: j}
        e: {is: end}
        ev:
          is: eventsub
          nodes: {es: {is: start, error: E1, out: {why: =reason}}, h: {is: service, type: h}, ee: {is: end}}
        """,
    )
    instance = engine.create("P")
    job = engine.job("j")
    body = {"errorCode": "E1", "variables": {"reason": "late", "other": 1}}
    engine.post(f"/jobs/{job['jobKey']}/error", body, 204)
    assert engine.complete("h")["variables"] == {"why": "late"}
    assert engine.state(instance) == "COMPLETED"


def test_an_error_inside_an_interrupting_event_sub_process_is_an_incident_as_in_zeebe(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        sub:
          is: sub
          nodes:
            ss: {is: start}
            t: {is: service, type: j}
            se: {is: end}
            ev: {is: eventsub, nodes: {es: {is: start, error: E1}, again: {is: end, error: E1}}}
        e: {is: end}
        b: {is: boundary, at: sub, error: true, to: h}
        h: {is: service, type: h, to: e2}
        e2: {is: end}
        """,
    )
    instance = engine.create("P")
    engine.post(f"/jobs/{engine.job('j')['jobKey']}/error", {"errorCode": "E1"}, 204)
    incident = engine.incident(instance)
    assert (incident["errorType"], incident["elementId"]) == ("UNHANDLED_ERROR_EVENT", "again")


def test_a_non_interrupting_message_event_sub_process_runs_once_for_each_message(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: j}
        e: {is: end}
        ev:
          is: eventsub
          nodes:
            es: {is: start, interrupting: false, message: {name: m, key: =k}}
            h: {is: service, type: h}
            ee: {is: end}
        """,
    )
    instance = engine.create("P", k="a")
    engine.publish("m", "a")
    engine.publish("m", "a")
    engine.complete("j")
    assert engine.state(instance) == "ACTIVE"
    for job in engine.jobs("h"):
        engine.post(f"/jobs/{job['jobKey']}/completion", None, 204)
    assert engine.state(instance) == "COMPLETED"


def test_a_message_that_was_buffered_reaches_every_later_open_subscription_of_its_instance(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: j}
        e: {is: end}
        b: {is: boundary, at: t, interrupting: false, message: {name: m, key: =k}, to: h}
        h: {is: service, type: h, to: e2}
        e2: {is: end}
        """,
    )
    engine.publish("m", "a", ttl=MINUTE, v=1)
    engine.publish("m", "a", ttl=MINUTE, v=2)
    engine.create("P", k="a")
    assert len(engine.jobs("h")) == 2


def test_an_escalation_end_event_in_a_called_process_reaches_the_caller(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        c: {is: call, calls: K}
        e: {is: end}
        b: {is: boundary, at: c, interrupting: false, escalation: X1, to: h}
        h: {is: service, type: h, to: e2}
        e2: {is: end}
        """,
        K="{s: {is: start}, e: {is: end, escalation: X1}}",
    )
    instance = engine.create("P")
    engine.complete("h")
    assert engine.state(instance) == "COMPLETED"


def test_a_signal_reaches_boundary_events_and_event_sub_processes(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: j}
        e: {is: end}
        b: {is: boundary, at: t, signal: sig, to: h}
        h: {is: service, type: h, to: e2}
        e2: {is: end}
        ev:
          is: eventsub
          nodes: {es: {is: start, interrupting: false, signal: sig}, x: {is: service, type: x}, ee: {is: end}}
        """,
    )
    engine.create("P")
    engine.post("/signals/broadcast", {"signalName": "sig", "variables": {"v": 1}})
    assert engine.jobs("j") == []
    assert engine.job("h")["variables"] == {"v": 1}
    assert engine.job("x")["variables"] == {"v": 1}


def test_a_timer_boundary_ends_a_sub_process_with_everything_inside(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        sub: {is: sub, nodes: {ss: {is: start}, t: {is: service, type: j}, se: {is: end}}}
        e: {is: end}
        b: {is: boundary, at: sub, timer: {duration: PT10M}, to: h}
        h: {is: service, type: h, to: e2}
        e2: {is: end}
        """,
    )
    instance = engine.create("P")
    engine.pass_time(10 * MINUTE - 1)
    assert engine.jobs("h") == []
    engine.pass_time(1)
    engine.complete("h")
    states = engine.states(instance)
    assert (states["sub"], states["t"], states["b"]) == ("TERMINATED", "TERMINATED", "COMPLETED")
    assert engine.state(instance) == "COMPLETED"


def test_a_timer_date_from_feel_is_understood(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        c: {is: catch, timer: {date: '=now() + duration("PT1H")'}}
        n: {is: service, type: n}
        e: {is: end}
        """,
    )
    engine.create("P")
    engine.pass_time(59 * MINUTE)
    assert engine.jobs("n") == []
    engine.pass_time(MINUTE)
    engine.job("n")


def test_an_endless_cycle_is_due_an_interval_after_it_was_triggered(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start, timer: {cycle: R/PT1H}}, n: {is: service, type: n}, e: {is: end}}")
    engine.pass_time(190 * MINUTE)
    engine.complete("n")
    engine.pass_time(59 * MINUTE)
    assert engine.jobs("n") == []
    engine.pass_time(MINUTE)
    engine.job("n")


def test_a_new_version_takes_over_the_start_timer(engine: Driver) -> None:
    old = "{s: {is: start, timer: {cycle: R/PT1H}}, n: {is: service, type: old}, e: {is: end}}"
    engine.deploy("P", old)
    engine.deploy("P", old.replace("old", "new"))
    engine.pass_time(60 * MINUTE)
    assert engine.jobs("old") == []
    engine.job("new")


def test_cancelling_an_instance_ends_what_it_called_and_what_it_waits_for(engine: Driver) -> None:
    engine.deploy(
        "P",
        "{s: {is: start}, c: {is: call, calls: K}, e: {is: end}}",
        K="{s: {is: start}, c: {is: catch, message: {name: m, key: =k}}, e: {is: end}}",
    )
    instance = engine.create("P", k="a")
    (child,) = engine.search("process-instances", processDefinitionId="K")
    assert child["parentProcessInstanceKey"] == instance
    answer = engine.request("POST", f"/process-instances/{child['processInstanceKey']}/cancellation", {})
    assert (answer.status, answer.body["title"]) == (409, "INVALID_STATE")
    assert f"Cancel the root process instance '{instance}' instead." in answer.body["detail"]
    engine.post(f"/process-instances/{instance}/cancellation", {}, 204)
    assert engine.state(child["processInstanceKey"]) == "TERMINATED"
    assert engine.search("message-subscriptions") == []


def test_the_incident_of_a_failed_assertion_names_the_warnings_that_came_before(engine: Driver) -> None:
    engine.deploy(
        "P", "{s: {is: start}, t: {is: script, expr: '=assert(x, x != null, \"gone\")', result: r}, e: {is: end}}"
    )
    assert engine.incident(engine.create("P"))["errorMessage"] == (
        "Assertion failure on evaluate the expression 'assert(x, x != null, \"gone\")': gone "
        "The evaluation reported the following warnings:\n"
        "[NO_VARIABLE_FOUND] No variable found with name 'x'\n"
        "[NO_VARIABLE_FOUND] No variable found with name 'x'\n"
        "[ASSERT_FAILURE] gone"
    )
