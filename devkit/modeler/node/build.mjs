// Bundle src/ into dist/serve.mjs, one file that plain node runs
// (bpmn-js ships ES modules with extension-less imports, which node cannot load unbundled).
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';

/**
 * After each value the package compares every property's binding and condition with every other's, by their JSON.
 * Nobody changes those objects, so each has its text made once: most of the time of an application goes there.
 */
function rememberingTexts(source) {
  const slow = 'return JSON.stringify(a, normalizeReplacer$1) === JSON.stringify(b, normalizeReplacer$1);';
  if (source.split(slow).length !== 2) throw new Error('bpmn-js-element-templates compares in another way by now');
  return source.replace(slow, () => 'return textOf(a) === textOf(b);') + `
const texts = new WeakMap();
function textOf(value) {
  if (!isObject(value)) return JSON.stringify(value);
  if (!texts.has(value)) texts.set(value, JSON.stringify(value, normalizeReplacer$1));
  return texts.get(value);
}
`;
}

await build({
  entryPoints: [ 'src/serve.mjs' ],
  outfile: 'dist/serve.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
  // bpmnlint looks its rules up by name at run time, so it stays a plain node module.
  external: [ 'bpmnlint' ],
  banner: { js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);" },
  plugins: [ {
    name: 'expose-property-panel-functions',
    setup(b) {
      b.onLoad({ filter: /bpmn-js-element-templates[\\/]dist[\\/]core\.esm\.js$/ }, async ({ path }) => ({
        contents: rememberingTexts(await readFile(path, 'utf8'))
          // The package does not export how its properties panel reads and writes a value.
          + '\nexport { setPropertyValue, getPropertyValue, isConditionMet };\n',
        loader: 'js'
      }));
    }
  } ]
});
