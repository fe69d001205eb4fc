import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildTag, buildVitals, type TagOptions } from './build-tag.ts'
import { ALL_FEATURES, BUNDLES } from './features.ts'

/** Most bytes that a file may have; the build fails above. Bundles in brotli 11, the stub raw. */
export const BUDGET_BYTES = { core: 2500, default: 3720, everything: 5600, vitals: 3300, stub: 500 } as const

export interface Sizes {
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}

export interface SizeReport {
  readonly bundles: Readonly<Record<keyof typeof BUNDLES, Sizes>>
  readonly vitals: Sizes
  readonly stub: Sizes
  /** In brotli bytes, what each feature adds to the core, and to everything else: parts are shared. */
  readonly features: readonly (readonly [name: string, toCore: number, toOthers: number])[]
}

const sizesOf = (text: string): Sizes => ({
  raw: Buffer.byteLength(text),
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text).length,
})

const measure = async (features: TagOptions['features']): Promise<Sizes> =>
  sizesOf((await buildTag({ ...(features && { features }) })).code)

export async function measureSizes(): Promise<SizeReport> {
  const [core, standard, everything, { stub }, vitals] = await Promise.all([
    measure('core'),
    measure('default'),
    measure('everything'),
    buildTag(),
    buildVitals(),
  ])
  const features = await Promise.all(
    ALL_FEATURES.map(async (name) => {
      const others = BUNDLES.everything.filter((other) => other !== name)
      const [alone, without, all] = await Promise.all([
        measure([name]),
        measure(others),
        BUNDLES.everything.includes(name) ? everything : measure([...others, name]),
      ])
      return [name, alone.brotli - core.brotli, all.brotli - without.brotli] as const
    }),
  )
  const bundles = { core, default: standard, everything }
  return { bundles, vitals: sizesOf(vitals), stub: sizesOf(stub), features }
}

/** Throws with every file that is above its budget. */
export function checkBudgets({ bundles, vitals, stub }: SizeReport): void {
  const sizes = { ...mapBrotli({ ...bundles, vitals }), stub: stub.raw }
  const above = Object.entries(BUDGET_BYTES).flatMap(([name, budget]) => {
    const bytes = Object.entries(sizes).find(([known]) => known === name)?.[1] ?? Infinity
    return bytes > budget ? [`${name} has ${bytes} bytes, its budget is ${budget}`] : []
  })
  if (above.length) throw new Error(`${above.join('; ')}; see BUDGET_BYTES in sizes.ts`)
}

const mapBrotli = (bundles: Readonly<Record<string, Sizes>>): Record<string, number> =>
  Object.fromEntries(Object.entries(bundles).map(([name, { brotli }]) => [name, brotli]))

/** The tables of the README. */
export function describeSizes({ bundles, vitals, stub, features }: SizeReport): string {
  const row = (name: string, { raw, gzip, brotli }: Sizes): string =>
    `| ${name} | ${raw} | ${gzip} | ${brotli} |`
  const files = Object.entries(bundles).map(([name, sizes]) =>
    row(`${name} (${BUNDLES[toBundle(name)].length} features)`, sizes),
  )
  return [
    '| file | raw | gzip -9 | brotli 11 |',
    '| --- | ---: | ---: | ---: |',
    ...files,
    row('vitals (beside the tag)', vitals),
    row('stub', stub),
    '',
    '| feature | adds to the core, brotli | to all others |',
    '| --- | ---: | ---: |',
    ...features.map(([name, toCore, toOthers]) => `| \`${name}\` | ${toCore} | ${toOthers} |`),
  ].join('\n')
}

const toBundle = (name: string): keyof typeof BUNDLES =>
  name === 'core' || name === 'everything' ? name : 'default'
