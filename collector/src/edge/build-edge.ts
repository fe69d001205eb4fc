import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { build } from 'esbuild'

/** Builds the edge form: one ES module whose default export is the worker. Only `node:` modules stay outside. */
export async function buildEdge(): Promise<string> {
  const result = await build({
    stdin: {
      contents: `import { createEdgeWorker } from './worker.ts'\nexport default createEdgeWorker()\n`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['worker', 'import'],
    external: ['node:*'],
    target: 'es2022',
    logLevel: 'error',
  })
  return result.outputFiles[0]?.text ?? ''
}

if (import.meta.main) {
  const file = process.argv[2] ?? `${import.meta.dirname}/../../dist/edge.js`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, await buildEdge())
}
