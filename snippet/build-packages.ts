import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { build, type BuildOptions, type Plugin } from 'esbuild'
import { TARGET, toDefinitions } from './build-tag.ts'
import manifest from './package.json' with { type: 'json' }

/** The manifest of `@leadline/browser`. */
export const PACKAGE = {
  name: '@leadline/browser',
  version: manifest.version,
  description:
    'The Leadline tag as a module: identify, track, page, group, and captures that are bundled by name.',
  license: manifest.license,
  type: 'module',
  sideEffects: false,
  exports: {
    '.': { types: './index.d.ts', default: './index.js' },
    './react': { types: './react.d.ts', default: './react.js' },
  },
  peerDependencies: { react: '>=18' },
  peerDependenciesMeta: { react: { optional: true } },
} as const

/** Writes the npm package: modules that a bundler can shake, their types, manifest and README. */
export async function buildPackages(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const root = import.meta.dirname
  await Promise.all([
    bundleModule({ entryPoints: [`${root}/npm/index.ts`], outfile: `${directory}/index.js` }),
    bundleModule({
      entryPoints: [`${root}/react/leadline-provider.ts`],
      outfile: `${directory}/react.js`,
      // Frameworks that render on servers look for it.
      banner: { js: "'use client'" },
      external: ['react'],
      plugins: [indexStaysOutside],
    }),
    writeTypes(`${root}/npm/public-api.ts`, `${directory}/index.d.ts`),
    writeTypes(`${root}/react/public-api.ts`, `${directory}/react.d.ts`),
    writeFile(`${directory}/package.json`, `${JSON.stringify(PACKAGE, undefined, 2)}\n`),
    readFile(`${root}/npm/README.md`).then((text) => writeFile(`${directory}/README.md`, text)),
  ])
}

const bundleModule = (options: BuildOptions): Promise<unknown> =>
  build({
    bundle: true,
    format: 'esm',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    define: toDefinitions({}),
    ...options,
  })

/** One tag per page: the helpers use the module that the application uses. */
const indexStaysOutside: Plugin = {
  name: 'index-stays-outside',
  setup(esbuild) {
    esbuild.onResolve({ filter: /\/npm\/index\.ts$/ }, () => ({ path: './index.js', external: true }))
  },
}

async function writeTypes(source: string, target: string): Promise<void> {
  const text = await readFile(source, 'utf8')
  await writeFile(target, text.replaceAll("'../npm/public-api.ts'", "'./index.js'"))
}
