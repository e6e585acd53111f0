// JSON lines on stdin and stdout, so that one node process serves a whole test session.
// in:  {"apply": {"diagram": "<xml>", "element": "task", "template": {...}, "values": {...}}}
//      {"lint": {"diagram": "<xml>", "engine": "8-6"}}
//      {"validate": {"template": {...}}}
// out: {"xml": …, "elementId": …, "type": …, "missing": […], "active": {…}}, {"problems": […]} or {"error": …}
import { createInterface } from 'node:readline';
import { validateZeebe } from '@bpmn-io/element-templates-validator';
import { applyTemplate } from './modeler.mjs';
import { lint } from './lint.mjs';

const answer = {
  apply: ({ diagram, element, template, values }) => applyTemplate(diagram, element, template, values),
  lint: ({ diagram, engine }) => lint(diagram, engine),
  validate: ({ template }) => ({ problems: (validateZeebe(template).errors ?? []).map(({ message }) => message) })
};

console.error = () => {};  // bpmn-js warns there about a missing window

for await (const line of createInterface({ input: process.stdin })) {
  const [ [ verb, request ] ] = Object.entries(JSON.parse(line));
  let reply;
  try {
    reply = await answer[verb](request);
  } catch (error) {
    reply = { error: error.message };
  }
  process.stdout.write(JSON.stringify(reply) + '\n');
}
