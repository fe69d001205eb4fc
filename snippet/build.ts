import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { LIMITS } from '@leadline/contract/wire'
import { build } from 'esbuild'
import manifest from './package.json' with { type: 'json' }

/** Most bytes that a file may have; the build fails above. */
export const BUDGET = { tagBrotliBytes: 3840, stubRawBytes: 500 } as const

/** Browsers of the last four years. */
const TARGET = 'es2022'

export interface TagOptions {
  /** Name of the browser global, for first-party hosting under another name. */
  readonly globalName?: string
}

export interface BuiltTag {
  /** The script that the collector serves. */
  readonly code: string
  /** First 16 hexadecimal digits of the code's SHA-256: part of its immutable address. */
  readonly hash: string
  /** The inline script of the page, without its element. */
  readonly stub: string
}

/** Builds the tag and its stub. Rejects when one is above its budget. */
export async function buildTag({ globalName = 'leadline' }: TagOptions = {}): Promise<BuiltTag> {
  const [code, stub] = await Promise.all([bundle('main.ts', globalName), bundle('stub.ts', globalName)])
  checkBudget('the tag (brotli)', sizesOf(code).brotli, BUDGET.tagBrotliBytes)
  checkBudget('the stub (raw)', sizesOf(stub).raw, BUDGET.stubRawBytes)
  return { code, stub, hash: createHash('sha256').update(code).digest('hex').slice(0, 16) }
}

async function bundle(entry: string, globalName: string): Promise<string> {
  const result = await build({
    entryPoints: [`${import.meta.dirname}/src/${entry}`],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    define: {
      LEADLINE_GLOBAL: JSON.stringify(globalName),
      LEADLINE_MAX_EVENT_BYTES: String(LIMITS.eventBytes),
      LEADLINE_VERSION: JSON.stringify(manifest.version),
    },
  })
  return (result.outputFiles[0]?.text ?? '').trim()
}

function checkBudget(name: string, bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Error(`${name} has ${bytes} bytes, the budget is ${maxBytes}; see BUDGET`)
}

function sizesOf(text: string): { raw: number; gzip: number; brotli: number } {
  return {
    raw: Buffer.byteLength(text),
    gzip: gzipSync(text, { level: 9 }).length,
    brotli: brotliCompressSync(text).length,
  }
}

async function writeFiles(directory: string): Promise<void> {
  const { code, stub } = await buildTag()
  await mkdir(directory, { recursive: true })
  await writeFile(`${directory}/leadline.js`, code)
  await writeFile(`${directory}/stub.js`, stub)
  console.table({ 'leadline.js': sizesOf(code), 'stub.js': sizesOf(stub) })
}

if (import.meta.main) await writeFiles(`${import.meta.dirname}/dist`)
