"""A service that gives 20 MB and takes them back, and a process that carries them through the cluster's store."""

from __future__ import annotations

from random import Random

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

SIZE = 20 * 1024 * 1024
CONTENT = Random(20).randbytes(SIZE)  # noqa: S311 - no secret

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="large-file" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="fetch" />
    <bpmn:serviceTask id="fetch">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="io.camunda:http-json:1" retries="1" />
        <zeebe:ioMapping>
          <zeebe:input source="GET" target="method" />
          <zeebe:input source="=service + &#34;/large&#34;" target="url" />
          <zeebe:input source="=true" target="storeResponse" />
        </zeebe:ioMapping>
        <zeebe:taskHeaders>
          <zeebe:header key="resultExpression" value="={file: response.document}" />
        </zeebe:taskHeaders>
      </bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="b" sourceRef="fetch" targetRef="return" />
    <bpmn:serviceTask id="return">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="io.camunda:http-json:1" retries="1" />
        <zeebe:ioMapping>
          <zeebe:input source="POST" target="method" />
          <zeebe:input source="=service + &#34;/back&#34;" target="url" />
          <zeebe:input source="={&#34;Content-Type&#34;: &#34;multipart/form-data&#34;}" target="headers" />
          <zeebe:input source="={file: file}" target="body" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:incoming>b</bpmn:incoming><bpmn:outgoing>c</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="c" sourceRef="return" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>c</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""
PROCESS = "large-file"


class Service:
    """What the process talks to; `returned` says of each request that came back whether the file is in it."""

    def __init__(self, server: HTTPServer) -> None:
        self.address = server.url_for("").rstrip("/")
        self.returned: list[bool] = []
        server.expect_request("/large").respond_with_data(CONTENT, content_type="application/pdf")
        server.expect_request("/back", method="POST").respond_with_handler(self._take)

    def _take(self, request: Request) -> Response:
        self.returned.append(CONTENT in request.get_data(cache=False))
        return Response(status=204)
