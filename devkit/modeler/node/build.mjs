// Bundle src/ into dist/serve.mjs, one file that plain node runs
// (bpmn-js ships ES modules with extension-less imports, which node cannot load unbundled).
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';

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
      // The package does not export how its properties panel reads and writes a value.
      b.onLoad({ filter: /bpmn-js-element-templates[\\/]dist[\\/]core\.esm\.js$/ }, async ({ path }) => ({
        contents: await readFile(path, 'utf8')
          + '\nexport { setPropertyValue, getPropertyValue, isConditionMet };\n',
        loader: 'js'
      }));
    }
  } ]
});
