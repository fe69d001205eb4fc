import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildTag, type TagOptions } from './build-tag.ts'
import { ALL_FEATURES, BUNDLES } from './features.ts'

/** Most bytes that a file may have; the build fails above. Bundles in brotli 11, the stub raw. */
export const BUDGET_BYTES = { core: 4608, default: 5888, everything: 6656, stub: 500 } as const

export interface Sizes {
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}

export interface SizeReport {
  readonly bundles: Readonly<Record<keyof typeof BUNDLES, Sizes>>
  readonly stub: Sizes
  /** What each feature adds to the core, in brotli bytes. */
  readonly features: readonly (readonly [name: string, bytes: number])[]
}

const sizesOf = (text: string): Sizes => ({
  raw: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text).length,
})

const measure = async (features: TagOptions['features']): Promise<Sizes> =>
  sizesOf((await buildTag({ ...(features && { features }) })).code)

export async function measureSizes(): Promise<SizeReport> {
  const [core, standard, everything, { stub }] = await Promise.all([
    measure('core'),
    measure('default'),
    measure('everything'),
    buildTag(),
  ])
  const features = await Promise.all(
    ALL_FEATURES.map(async (name) => [name, (await measure([name])).brotli - core.brotli] as const),
  )
  return { bundles: { core, default: standard, everything }, stub: sizesOf(stub), features }
}

/** Throws with every file that is above its budget. */
export function checkBudgets({ bundles, stub }: SizeReport): void {
  const sizes = { ...mapBrotli(bundles), stub: stub.raw }
  const above = Object.entries(BUDGET_BYTES).flatMap(([name, budget]) => {
    const bytes = Object.entries(sizes).find(([known]) => known === name)?.[1] ?? Infinity
    return bytes > budget ? [`${name} has ${bytes} bytes, its budget is ${budget}`] : []
  })
  if (above.length) throw new Error(`${above.join('; ')}; see BUDGET_BYTES in sizes.ts`)
}

const mapBrotli = (bundles: SizeReport['bundles']): Record<string, number> =>
  Object.fromEntries(Object.entries(bundles).map(([name, { brotli }]) => [name, brotli]))

/** The tables of the README. */
export function describeSizes({ bundles, stub, features }: SizeReport): string {
  const row = (name: string, { raw, gzip, brotli }: Sizes): string =>
    `| ${name} | ${raw} | ${gzip} | ${brotli} |`
  const files = Object.entries(bundles).map(([name, sizes]) =>
    row(`${name} (${BUNDLES[toBundle(name)].length} features)`, sizes),
  )
  return [
    '| file | raw | gzip -9 | brotli 11 |',
    '| --- | ---: | ---: | ---: |',
    ...files,
    row('stub', stub),
    '',
    '| feature | adds to the core, brotli |',
    '| --- | ---: |',
    ...features.map(([name, bytes]) => `| \`${name}\` | ${bytes} |`),
  ].join('\n')
}

const toBundle = (name: string): keyof typeof BUNDLES =>
  name === 'core' || name === 'everything' ? name : 'default'
