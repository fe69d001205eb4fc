import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** The script that pages load, with the name that changes when it does. */
export interface Tag {
  readonly hash: string
  /** By content encoding. */
  readonly bodies: { readonly identity: Uint8Array; readonly gzip: Uint8Array; readonly br: Uint8Array }
}

export type TagEncoding = keyof Tag['bodies']

/** Reads the built tag; throws with the file's name when it cannot. */
export async function readTag(file: string): Promise<Tag> {
  try {
    return createTag(await readFile(file))
  } catch (error) {
    throw new Error(`collector.tagFile: ${file} cannot be read; build the tag or correct the path`, {
      cause: error,
    })
  }
}

/** Scripts that the build puts beside the tag, by the name under which they are served. */
const BESIDE = ['leadline-vitals.js', 'ripe.js']

/** Those of them that are there. */
export async function readScriptsBeside(tagFile: string): Promise<ReadonlyMap<string, Tag>> {
  const found = new Map<string, Tag>()
  for (const name of BESIDE) {
    const file = join(dirname(tagFile), name)
    if (existsSync(file)) found.set(name, await readTag(file))
  }
  return found
}

export function createTag(script: Uint8Array): Tag {
  return {
    hash: createHash('sha256').update(script).digest('hex').slice(0, 16),
    bodies: { identity: script, gzip: gzipSync(script, { level: 9 }), br: brotliCompressSync(script) },
  }
}
