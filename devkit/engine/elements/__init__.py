"""What each kind of element does when it is entered and when it is done; `BEHAVIOURS` is the table."""

from __future__ import annotations

from collections.abc import Mapping

from devkit.engine.ad_hoc import AD_HOC, INNER
from devkit.engine.core import Behaviour
from devkit.engine.definitions import BODY, PROCESS
from devkit.engine.elements.activities import CallActivity, JobTask, PlainTask, ReceiveTask, ScriptTask
from devkit.engine.elements.ad_hoc import AdHocSubProcess, InnerInstance
from devkit.engine.elements.events import BoundaryEvent, CatchEvent, EndEvent, StartEvent, ThrowEvent
from devkit.engine.elements.gateways import EventBasedGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from devkit.engine.elements.multi_instance import MultiInstanceBody
from devkit.engine.elements.scopes import ProcessScope, SubProcess
from devkit.engine.elements.user_tasks import UserTask

BEHAVIOURS: Mapping[str, Behaviour] = {
    PROCESS: ProcessScope(),
    BODY: MultiInstanceBody(),
    "subProcess": SubProcess(),
    AD_HOC: AdHocSubProcess(),
    INNER: InnerInstance(),
    "callActivity": CallActivity(),
    "task": PlainTask(),
    "manualTask": PlainTask(),
    "serviceTask": JobTask(),
    "sendTask": JobTask(),
    "businessRuleTask": JobTask(),
    "scriptTask": ScriptTask(),
    "userTask": UserTask(),
    "receiveTask": ReceiveTask(),
    "startEvent": StartEvent(),
    "intermediateCatchEvent": CatchEvent(),
    "intermediateThrowEvent": ThrowEvent(),
    "boundaryEvent": BoundaryEvent(),
    "endEvent": EndEvent(),
    "exclusiveGateway": ExclusiveGateway(),
    "inclusiveGateway": InclusiveGateway(),
    "parallelGateway": ParallelGateway(),
    "eventBasedGateway": EventBasedGateway(),
}
