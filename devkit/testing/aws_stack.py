"""The stack of this project in an AWS account (the emulator's): deploy it with sam, use it, delete it."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import SdkError
from connector_sdk.settings import Settings
from devkit.checkout import ROOT, tool
from devkit.testing.emulator import RunningEmulator
from devkit.testing.processes import inherited_environment

DEPLOY_SECONDS = 180
INVOKE_SECONDS = 120.0
SHOWN = 3000
"""Of what sam printed, from the end."""
FORM = "application/x-www-form-urlencoded"
LISTINGS: Mapping[str, tuple[str, Call]] = {
    "functions": ("lambda", Call("GET", "/2015-03-31/functions/")),
    "layers": ("lambda", Call("GET", "/2018-10-31/layers")),
    "tables": ("dynamodb", Call("POST", "/", headers={"x-amz-target": "DynamoDB_20120810.ListTables"}, body=b"{}")),
    "parameters": ("ssm", Call("POST", "/", headers={"x-amz-target": "AmazonSSM.DescribeParameters"}, body=b"{}")),
    "log groups": ("logs", Call("POST", "/", headers={"x-amz-target": "Logs_20140328.DescribeLogGroups"}, body=b"{}")),
    "roles": (
        "iam",
        Call("POST", "/", headers={"content-type": FORM}, body=b"Action=ListRoles&Version=2010-05-08"),
    ),
    "APIs": ("apigateway", Call("GET", "/v2/apis")),
    "schedules": ("scheduler", Call("GET", "/schedules")),
    "buckets": ("s3", Call("GET", "/")),
}
"""Everything that a stack could leave behind, and how it is listed."""


class StackFailed(SdkError):
    """sam or a function failed; the message has its own words."""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What API Gateway answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class AwsStack:
    """One stack. Methods raise AwsError and StackFailed."""

    emulator: RunningEmulator
    name: str
    _lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    def deploy(self, build: Path, parameters: Mapping[str, str]) -> str:
        """Create or update the stack from a build. Returns what sam printed."""
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        return self._sam(
            "deploy",
            *("--template-file", str(build / "template.yaml"), "--config-file", str(ROOT / "samconfig.toml")),
            *("--stack-name", self.name, "--parameter-overrides", *overrides),
        )

    def delete(self) -> None:
        """Empty its bucket and delete the stack, as `make delete` does."""
        self._run(tool("sam") / "python", ROOT / "scripts" / "empty_payloads.py", self.name)
        self._sam("delete", "--stack-name", self.name, "--no-prompts")

    @cached_property
    def settings(self) -> Settings:
        """Those of somebody who may do everything in the account."""
        return Settings.read(self.emulator.account)

    def endpoint(self, service: str) -> AwsEndpoint:
        """A client for one service, with all rights."""
        return AwsEndpoint(service, self.settings)

    def output(self, name: str) -> str:
        """One of the stack's outputs."""
        return next(str(one["OutputValue"]) for one in self._listed("stack-outputs") if one["OutputKey"] == name)

    def physical_id(self, logical_id: str) -> str:
        """What a resource of the template is called in the account."""
        found = (
            one["PhysicalResourceId"] for one in self._listed("resources") if one["LogicalResourceId"] == logical_id
        )
        return str(next(found))

    def put_secret(self, name: str, members: Mapping[str, str]) -> str:
        """Make a secret; returns its ARN."""
        content = {"Name": name, "SecretString": json.dumps(members), "ClientRequestToken": secrets.token_hex(16)}
        return str(self.endpoint("secretsmanager").operation("CreateSecret", content)["ARN"])

    def allow(self, role: str, action: str, resource: str) -> None:
        """Give a role one more right."""
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        form = {
            "Action": "PutRolePolicy",
            "Version": "2010-05-08",
            "RoleName": role,
            "PolicyName": "for-the-emulator",
            "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        }
        self.endpoint("iam").send(Call("POST", "/", headers={"content-type": FORM}, body=urlencode(form).encode()))

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Run a function of the stack, by its public name, and return what it returns."""
        path = f"/2015-03-31/functions/{self.name}-{function}/invocations"
        call = Call("POST", path, body=json.dumps(event).encode(), read_timeout=INVOKE_SECONDS, attempts=1)
        answer = self.endpoint("lambda").send(call)
        content = json.loads(answer.body)
        if "x-amz-function-error" in answer.headers:
            raise StackFailed(f"{self.name}-{function}: {content}")
        return content

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Send a request to the API, as a sender of webhooks does."""
        host = urlsplit(self.output("WebhookAddress")).netloc.partition(".")[0]
        connection = HTTPConnection("127.0.0.1", self.emulator.port, timeout=INVOKE_SECONDS)
        try:
            named = {"Host": f"{host}.execute-api.localhost:{self.emulator.port}"}
            connection.request("POST", path, body, {**headers, **named})
            answer = connection.getresponse()
            lower = {name.lower(): value for name, value in answer.getheaders()}
            return WebhookAnswer(answer.status, lower, answer.read())
        finally:
            connection.close()

    def left(self) -> list[str]:
        """What is there of the stack: kinds of resources whose list names it."""
        found = []
        for kind, (service, call) in LISTINGS.items():
            listed = self.endpoint(service).send(call).body.decode()
            found += [f"{kind}: {name}" for name in sorted(set(re.findall(rf"{self.name}[\w/-]*", listed)))]
        return found

    def _listed(self, what: str) -> list[dict[str, Any]]:
        """`sam list`, asked once: names do not change as long as the stack is there."""
        if what not in self._lists:
            listed = self._sam("list", what, "--stack-name", self.name, "--output", "json")
            self._lists[what] = json.loads(listed)
        return self._lists[what]

    def _sam(self, *arguments: str) -> str:
        return self._run(tool("sam") / "sam", *arguments, "--region", self.settings.aws_region)

    def _run(self, program: Path, *arguments: str | Path) -> str:
        done = subprocess.run(  # noqa: S603
            [program, *arguments],
            cwd=ROOT,
            env={**inherited_environment(), **self.emulator.account, "SAM_CLI_TELEMETRY": "0"},
            capture_output=True,
            text=True,
            timeout=DEPLOY_SECONDS,
            check=False,
        )
        if done.returncode:
            raise StackFailed(f"{program.name} {arguments[0]}: {done.stdout[-SHOWN:]}\n{done.stderr[-SHOWN:]}")
        return done.stdout
