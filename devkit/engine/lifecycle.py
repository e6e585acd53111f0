"""How elements come and go: a token enters an element, the element ends, its tokens go on, its scope may end."""

from __future__ import annotations

from collections.abc import Iterable

from devkit.engine import incidents, jobs, joins, rounds, user_tasks
from devkit.engine.core import Behaviour, Core
from devkit.engine.definitions import BODY, PROCESS, ExecutableFlow, Node, is_round
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.rejection import Failure
from devkit.engine.subscriptions import stop_waiting


def send_token(core: Core, scope: ElementInstance, target: str, via: str, payload: Variables | None = None) -> None:
    """Put a token on its way into an element, over a sequence flow or (`via` = the element's id) directly."""
    scope.tokens[via] = scope.tokens.get(via, 0) + 1
    core.enqueue("activate", scope.key, target, via, payload)


def activate(core: Core, scope_key: int, element_id: str, via: str, payload: Variables | None) -> None:
    """A token arrives: enter the element, or wait at a join. The token is gone if its scope was interrupted."""
    scope = core.state.elements.get(scope_key)
    if scope is None or scope.state != "ACTIVE":
        return
    node = core.nodes[scope.definition_key][element_id]
    if joins.take_tokens(core, scope, node, via):
        enter(core, create(core, scope, node), payload)


def create(core: Core, scope: ElementInstance, node: Node) -> ElementInstance:
    """A new instance of an element, not entered yet."""
    instance = ElementInstance(
        core.state.next_key(),
        node.id,
        scope.definition_key,
        scope.process_instance_key,
        scope.key,
        core.now_ms,
    )
    instance.is_body = node.loop is not None and not (scope.is_body and scope.element_id == node.id)
    core.state.elements[instance.key] = instance
    core.state.of_instance[instance.process_instance_key].append(instance.key)
    scope.children[instance.key] = None
    return instance


def enter(core: Core, instance: ElementInstance, payload: Variables | None = None) -> None:
    """Enter an element; what goes wrong becomes an incident."""
    instance.payload = payload
    node = core.node(instance)
    try:
        behaviour(core, instance, node).activate(core, instance, node)
    except Failure as failure:
        stop_waiting(core, instance)
        incidents.create(core, instance, failure)


def enter_created(core: Core, key: int, payload: Variables | None) -> None:
    """Enter an element that was created before, if it is still there."""
    instance = core.state.elements.get(key)
    if instance is not None and instance.state == "ACTIVATING":
        enter(core, instance, payload)


def complete(core: Core, key: int) -> None:
    """Leave an element that is done; a scope that is not empty (any more) stays."""
    instance = core.state.elements.get(key)
    if instance is None or instance.state != "ACTIVE" or instance.children or instance.tokens:
        return
    instance.state = "COMPLETING"
    stop_waiting(core, instance)
    _leave(core, instance)


def _leave(core: Core, instance: ElementInstance) -> None:
    node = core.node(instance)
    try:
        behaviour(core, instance, node).complete(core, instance, node)
    except Failure as failure:
        incidents.create(core, instance, failure)


def retry(core: Core, key: int) -> None:
    """After an incident: do again what failed."""
    instance = core.state.elements.get(key)
    if instance is None:
        return
    if instance.state == "ACTIVATING":
        enter(core, instance, instance.payload)
    elif instance.state == "COMPLETING":
        _leave(core, instance)


def behaviour(core: Core, instance: ElementInstance, node: Node) -> Behaviour:
    return core.behaviours[BODY if instance.is_body else node.kind]


def finish(core: Core, instance: ElementInstance, flows: Iterable[ExecutableFlow] | None = None) -> None:
    """The element has ended: send tokens over `flows` (all, if not given), and see what becomes of its scope.

    Raises Failure if it is a round of a multi-instance element and has no result to give.
    """
    node = core.node(instance)
    round_has_ended = is_round(instance, node)
    if round_has_ended:
        rounds.collect(core, instance, node)
    _end(core, instance, "COMPLETED")
    if node.kind == PROCESS:
        core.enqueue("instance ended", instance.key)
        return
    scope = core.state.elements[instance.scope_key]
    del scope.children[instance.key]
    if round_has_ended:
        core.enqueue("round ended", scope.key, instance.key)
        return
    for flow in node.outgoing if flows is None else flows:
        _note_taken(core, scope, flow)
        send_token(core, scope, flow.target, flow.id)
    settle(core, scope)


def _note_taken(core: Core, scope: ElementInstance, flow: ExecutableFlow) -> None:
    root = core.state.elements[scope.process_instance_key]
    if root.taken is None:
        root.taken = {}
    root.taken[flow.id] = None


def settle(core: Core, scope: ElementInstance) -> None:
    """After something in a scope has moved: open joins that wait for nothing any more, end the scope if it is empty."""
    joins.open_inclusive(core, scope)
    if scope.state == "ACTIVE" and not scope.children and not scope.tokens and core.node(scope).ad_hoc is None:
        core.enqueue("complete", scope.key)  # an ad-hoc sub-process has rules of its own


def terminate(core: Core, instance: ElementInstance) -> None:
    """End an element and everything inside it, without going on from there."""
    inside = [instance]
    for current in inside:
        inside += [core.state.elements[key] for key in current.children]
        if current.called_key:
            inside.append(core.state.elements[current.called_key])
    for current in reversed(inside):
        if current.state in ("COMPLETED", "TERMINATED"):
            continue
        _end(core, current, "TERMINATED")
        if not current.scope_key:
            core.enqueue("instance ended", current.key)
    scope = core.state.elements.get(instance.scope_key)
    if scope is not None:
        scope.children.pop(instance.key, None)


def terminate_inside(core: Core, scope: ElementInstance) -> None:
    """End everything inside a scope, tokens on their way as well; the scope itself stays."""
    scope.tokens.clear()
    for key in tuple(scope.children):
        terminate(core, core.state.elements[key])


def _end(core: Core, instance: ElementInstance, state: str) -> None:
    instance.state = "COMPLETED" if state == "COMPLETED" else "TERMINATED"
    instance.ended_ms = core.now_ms
    instance.payload = None
    instance.tokens.clear()
    stop_waiting(core, instance)
    incidents.close(core, instance)
    if state == "TERMINATED":
        instance.children.clear()
        jobs.cancel(core, instance)
        user_tasks.cancel(core, instance)
