import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { buildPackages } from './build-packages.ts'
import { buildTag, buildVitals, type TagOptions } from './build-tag.ts'
import { BUNDLES } from './features.ts'
import { checkBudgets, describeSizes, measureSizes } from './sizes.ts'

/** Files of `dist/` and what they are built from. The collector serves `leadline.js`. */
const FILES: Readonly<Record<string, TagOptions>> = {
  'leadline.js': {},
  'leadline.core.js': { features: 'core' },
  'leadline.everything.js': { features: 'everything' },
  'ripe.js': { isRipe: true },
}

/** What stands between the markers is written by the build. */
export const SIZES_SECTION = /(?<=<!-- sizes:begin -->\n).*(?=\n<!-- sizes:end -->)/s

export async function writeDist(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const [name, options] of Object.entries(FILES)) {
    const { code, stub } = await buildTag(options)
    await writeFile(`${directory}/${name}`, code)
    if (name === 'leadline.js') await writeFile(`${directory}/stub.js`, stub)
    if (name === 'leadline.js') await writeFile(`${directory}/leadline-vitals.js`, await buildVitals())
    if (options.isRipe) await writeFile(`${directory}/ripe.stub.js`, stub)
  }
}

/** Whether a text has a table, however a formatter has set it. */
export const hasTable = (text: string, table: string): boolean => squeeze(text).includes(squeeze(table))

const squeeze = (text: string): string => text.replaceAll(/[ -]+/g, ' ')

/** What `npm run build` does: budgets, files, and the byte tables of the README. */
export async function runBuild(): Promise<void> {
  const sizes = await measureSizes()
  checkBudgets(sizes)
  await writeDist(`${import.meta.dirname}/dist`)
  await buildPackages(`${import.meta.dirname}/dist/npm`)
  const readme = `${import.meta.dirname}/README.md`
  const text = await readFile(readme, 'utf8')
  const table = describeSizes(sizes)
  if (!hasTable(text, table)) await writeFile(readme, text.replace(SIZES_SECTION, `\n${table}\n`))
  console.log(`${Object.keys(BUNDLES).length} bundles\n\n${table}`)
}
