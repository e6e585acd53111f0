// Camunda Modeler without a window: apply an element template to one BPMN element,
// then fill in values exactly as the properties panel would.
import Modeler from 'bpmn-js-headless/lib/Modeler';
import ZeebeModdle from 'zeebe-bpmn-moddle/resources/zeebe.json';
import CloudBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-cloud/index.js';
import {
  CloudElementTemplatesCoreModule,
  // The three below are internal to the package; build.mjs exports them.
  setPropertyValue,
  getPropertyValue,
  isConditionMet
} from 'bpmn-js-element-templates/core';

import { seed } from './random.mjs';

export class TemplateError extends Error {}

/** bpmn-js measures label text with SVG; without a DOM, estimate it (layout only, never semantics). */
class HeadlessTextRenderer {
  getExternalLabelBounds(bounds, text) { return this._box(bounds, text, 90); }
  getTextAnnotationBounds(bounds, text) { return this._box(bounds, text, bounds.width); }
  createText() { return {}; }
  getDefaultStyle() { return { fontFamily: 'Arial', fontSize: 12, lineHeight: 1.2 }; }
  getExternalStyle() { return { fontFamily: 'Arial', fontSize: 11, lineHeight: 1.2 }; }
  _box({ x, y }, text = '', maxWidth) {
    const width = Math.min(maxWidth, Math.max(10, text.length * 6));
    return { x, y, width, height: 14 * Math.max(1, Math.ceil(text.length * 6 / maxWidth)) };
  }
}

/** The name a person would use for a property: its id, else its binding name. */
export function propertyKey(property) {
  const b = property.binding ?? {};
  return property.id ?? b.name ?? b.property ?? b.key ?? b.source ?? b.type;
}

/** The properties panel's checks on one value; undefined when it passes. */
export function validateProperty(value, { constraints = {}, choices, feel, type }) {
  const text = value === undefined || value === null ? '' : String(value);
  if (constraints.notEmpty && text.trim() === '') return 'must not be empty';
  if (feel && text.startsWith('=')) return undefined;
  if (type === 'Dropdown' && text && !choices.some(c => c.value === value)) return `not one of its choices: ${text}`;
  if (constraints.maxLength && text.length > constraints.maxLength) return `longer than ${constraints.maxLength}`;
  if (constraints.minLength && text.length < constraints.minLength) return `shorter than ${constraints.minLength}`;
  const pattern = constraints.pattern?.value ?? constraints.pattern;
  if (pattern && !new RegExp(pattern).test(text)) return constraints.pattern.message ?? `does not match ${pattern}`;
}

export async function open(xml) {
  const modeler = new Modeler({
    additionalModules: [ CloudBehaviors, CloudElementTemplatesCoreModule, { textRenderer: [ 'type', HeadlessTextRenderer ] } ],
    moddleExtensions: { zeebe: ZeebeModdle }
  });
  const { warnings } = await modeler.importXML(xml);
  if (warnings.length) throw new TemplateError('BPMN import: ' + warnings.map(w => w.message).join('; '));
  return modeler;
}

/**
 * @param {string} xml        a BPMN diagram (it needs a BPMNDiagram section)
 * @param {string} elementId  the element that gets the template
 * @param {object} template   one element template (not a list)
 * @param {object} values     property id (or binding name) -> value, in any order
 */
export async function applyTemplate(xml, elementId, template, values = {}) {
  const modeler = await open(xml);
  seed(elementId + template.id);  // after opening: bpmn-js remembers what it drew for its own renderer
  const elementTemplates = modeler.get('elementTemplates');
  const loader = modeler.get('elementTemplatesLoader');
  const registry = modeler.get('elementRegistry');
  const rejected = [];
  modeler.get('eventBus').on('elementTemplates.errors', e => rejected.push(...e.errors));
  loader.setTemplates([ template ]);            // runs the same validator as the Modeler
  if (rejected.length) throw new TemplateError('template rejected: ' + rejected.map(e => e.message).join('; '));

  let element = registry.get(elementId);
  if (!element) throw new TemplateError(`no element "${elementId}" in the diagram`);
  element = elementTemplates.applyTemplate(element, template);

  // Setting one value can switch others on, so loop until nothing is left.
  const pending = new Map(Object.entries(values));
  for (let progressed = true; pending.size && progressed;) {
    progressed = false;
    for (const [ key, value ] of [ ...pending ]) {
      const candidates = template.properties.filter(p => propertyKey(p) === key);
      if (!candidates.length) throw new TemplateError(`template has no property "${key}"`);
      const property = candidates.find(p => p.type !== 'Hidden' && isConditionMet(element, template.properties, p));
      if (!property) continue;
      const problem = validateProperty(value, property);
      if (problem) throw new TemplateError(`${key}: ${problem}`);
      setPropertyValue(modeler.get('bpmnFactory'), modeler.get('commandStack'), element, property, value);
      element = registry.get(element.id);
      pending.delete(key);
      progressed = true;
    }
  }
  if (pending.size) throw new TemplateError('not active with these values: ' + [ ...pending.keys() ].join(', '));

  const missing = template.properties
    .filter(p => p.type !== 'Hidden' && isConditionMet(element, template.properties, p))
    .filter(p => validateProperty(getPropertyValue(element, p), p))
    .map(propertyKey);
  const active = Object.fromEntries(template.properties
    .filter(p => isConditionMet(element, template.properties, p))
    .map(p => [ propertyKey(p), getPropertyValue(element, p) ]));
  const { xml: result } = await modeler.saveXML({ format: true });
  return { xml: result, elementId: element.id, type: element.type, missing, active };
}
