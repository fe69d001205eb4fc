import { closeSync, openSync, writeSync } from 'node:fs'

/** Message ids, one a line, in the file before the call returns: a killed run leaves what it did. */
export interface IdFile {
  append(ids: readonly string[]): void
  close(): void
}

/** Without a path the ids go nowhere. */
export function openIdFile(path: string | undefined): IdFile {
  if (path === undefined) return { append: () => undefined, close: () => undefined }
  const file = openSync(path, 'a')
  return {
    append: (ids) => void (ids.length > 0 && writeSync(file, `${ids.join('\n')}\n`)),
    close: () => closeSync(file),
  }
}
