import { createHash } from 'node:crypto'
import { build, type Plugin } from 'esbuild'
import { minify } from 'terser'
import { ALL_FEATURES, BUNDLES, FEATURES, type FeatureName } from './features.ts'
import manifest from './package.json' with { type: 'json' }

/** Browsers of the last four years. */
export const TARGET = 'es2022'
/** The same in terser's words, which end two years earlier. */
const ECMA_VERSION = 2020

/**
 * Chrome compiles all of such a script on the thread that reads it, instead of each function on the main thread
 * when it is first called. The first line says so, or nothing does.
 */
const COMPILE_AHEAD = '//# allFunctionsCalledOnLoad\n'

/**
 * Properties that only the tag's own parts use with each other: the build gives them short names. None of
 * them may be a name of the browser's, of the wire's or of the page's.
 */
const INTERNAL = `
  bytes done edits gates identity isFlying isStored json leaving methods pageLocks readId sharedId shown
  unreported writeId
`
  .trim()
  .split(/\s+/)

export interface TagOptions {
  /** Name of the browser global, for first-party hosting under another name. */
  readonly globalName?: string
  /** Where batches go beneath the host, for a proxy that renames the path too. */
  readonly path?: string
  /** A bundle by its name, or a list of features. */
  readonly features?: keyof typeof BUNDLES | readonly FeatureName[]
  /** For pages written for Ripe: its global, its calls, its stub; the key comes with `init`. */
  readonly isRipe?: boolean
}

export interface BuiltTag {
  /** The script that the collector serves. */
  readonly code: string
  /** First 16 hexadecimal digits of the code's SHA-256: part of its immutable address. */
  readonly hash: string
  /** For the `integrity` attribute of a script element with the immutable address. */
  readonly integrity: string
  /** The inline script of the page, without its element. */
  readonly stub: string
}

/** Builds the tag and its stub. */
export async function buildTag(options: TagOptions = {}): Promise<BuiltTag> {
  const main = options.isRipe ? 'ripe/main.ts' : 'main.ts'
  const [script, stub] = await Promise.all([bundle(main, options), bundle('stub.ts', options)])
  // Who takes the core counts bytes.
  const code = options.features === 'core' ? script : COMPILE_AHEAD + script
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16)
  const integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`
  return { code, hash, integrity, stub }
}

/** Builds the script that measures Web Vitals: a file of its own beside the tag, under the same global. */
export const buildVitals = (options: Pick<TagOptions, 'globalName' | 'isRipe'> = {}): Promise<string> =>
  bundle('vitals/main.ts', options)

async function bundle(entry: string, options: TagOptions): Promise<string> {
  const { isRipe = false, features = 'default' } = options
  const chosen = typeof features === 'string' ? BUNDLES[features] : features
  const names: readonly FeatureName[] = isRipe ? [...chosen, 'callForms', 'ripe'] : chosen
  const result = await build({
    entryPoints: [`${import.meta.dirname}/src/${entry}`],
    bundle: true,
    minifySyntax: true,
    write: false,
    format: 'iife',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`),
    tsconfigRaw: '{}',
    plugins: [featureList(names)],
    define: toDefinitions(options),
  })
  // It knows more ways to say a thing shortly: 5 % off the default bundle.
  const { code = '' } = await minify(result.outputFiles[0]?.text ?? '', {
    ecma: ECMA_VERSION,
    compress: {
      passes: 5,
      keep_fargs: false,
      // No function of the tag has a `this` or is made with `new`, and no getter of its own does anything.
      unsafe_arrows: true,
      pure_getters: true,
      lhs_constants: false,
    },
    mangle: { nth_identifier: { get: toShortName } },
  })
  return code.trim()
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$'

/** In the order of the alphabet, so that functions begin with the same names: that packs better than by frequency. */
function toShortName(index: number): string {
  const last = LETTERS.charAt(index % LETTERS.length)
  const rest = Math.floor(index / LETTERS.length)
  return rest > 0 ? toShortName(rest - 1) + last : last
}

/** What the sources leave to the build. */
export function toDefinitions({ isRipe = false, ...names }: TagOptions): Record<string, string> {
  const { path = '/v1/batch', globalName = isRipe ? 'Ripe' : 'leadline' } = names
  return {
    LEADLINE_GLOBAL: JSON.stringify(globalName),
    LEADLINE_IS_RIPE: String(isRipe),
    LEADLINE_PATH: JSON.stringify(path),
    LEADLINE_VERSION: JSON.stringify(manifest.version),
  }
}

/** Puts the features of a build in the place of `src/features.ts`, in the order of FEATURES. */
const featureList = (names: readonly FeatureName[]): Plugin => ({
  name: 'feature-list',
  setup(esbuild) {
    esbuild.onLoad({ filter: /\/src\/features\.ts$/ }, () => {
      const chosen = ALL_FEATURES.filter((name) => names.includes(name))
      const imports = chosen.map((name) => `import { ${name} } from './${FEATURES[name]}'`)
      return {
        contents: `${imports.join('\n')}\nexport const features = { ${chosen.join(', ')} }`,
        resolveDir: `${import.meta.dirname}/src`,
        loader: 'ts',
      }
    })
  },
})
