// bpmnlint with Camunda's rules for one engine version: what the Modeler shows in its problems panel.
import { BpmnModdle } from 'bpmn-moddle';
import Linter from 'bpmnlint/lib/linter.js';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';
import ZeebeModdle from 'zeebe-bpmn-moddle/resources/zeebe.json';
import { createRequire } from 'node:module';

const QUIET = new Set([ 'warn', 'info' ]);

/** @returns {{problems: string[]}} one sentence for each rule that the diagram breaks */
export async function lint(xml, engine) {
  const linter = new Linter({
    config: { extends: `plugin:camunda-compat/camunda-cloud-${engine}` },
    resolver: new NodeResolver({ require: createRequire(import.meta.url) })
  });
  const { rootElement } = await new BpmnModdle({ zeebe: ZeebeModdle }).fromXML(xml);
  const report = await linter.lint(rootElement);
  const problems = Object.entries(report).flatMap(([ rule, found ]) => found
    .filter(({ category }) => !QUIET.has(category))
    .map(({ id, message }) => `${id}: ${message} (${rule})`));
  return { problems };
}
