import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** One file of SFDX source. */
export interface SourceFile {
  /** Below `main/default`, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface PackagedField {
  readonly object: string
  readonly name: string
  readonly type: string
  readonly length: number | undefined
  readonly isExternalId: boolean
  readonly isUnique: boolean
}

/** What the package brings, as the SFDX files say. */
export interface SourcePackage {
  readonly files: readonly SourceFile[]
  readonly objects: readonly string[]
  readonly fields: readonly PackagedField[]
  /** By permission set: `Object.Field` that it lets its users edit. */
  readonly editable: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * Reads `force-app`, and the folders beside it that the settings call for: the one source of what `provision` deploys,
 * `check` expects and `sf` installs.
 */
export async function readSourcePackage(...folders: readonly string[]): Promise<SourcePackage> {
  const read = await Promise.all(folders.map(readFiles))
  const files = read.flat()
  return {
    files,
    objects: files.flatMap(({ path }) => /^objects\/(\w+)\/\w+\.object-meta\.xml$/.exec(path)?.[1] ?? []),
    fields: files.flatMap(toField),
    editable: new Map(files.flatMap(toGrants)),
  }
}

async function readFiles(folder: string): Promise<readonly SourceFile[]> {
  const root = join(folder, 'main/default')
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('__tests__/'))
    .sort()
  return await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
  )
}

function toField({ path, text }: SourceFile): PackagedField[] {
  const [, object, name] = /^objects\/(\w+)\/fields\/(\w+)\.field-meta\.xml$/.exec(path) ?? []
  if (object === undefined || name === undefined) return []
  const length = readElement(text, 'length')
  return [
    {
      // What is defined on Activity is a field of Task, and of Event, which is not ours to write.
      object: object === 'Activity' ? 'Task' : object,
      name,
      type: readElement(text, 'type') ?? '',
      length: length === undefined ? undefined : Number(length),
      isExternalId: readElement(text, 'externalId') === 'true',
      isUnique: readElement(text, 'unique') === 'true',
    },
  ]
}

function toGrants({ path, text }: SourceFile): [string, ReadonlySet<string>][] {
  const [, name] = /^permissionsets\/(\w+)\.permissionset-meta\.xml$/.exec(path) ?? []
  if (name === undefined) return []
  const grants = [...text.matchAll(/<fieldPermissions>(.*?)<\/fieldPermissions>/gs)].map(
    ([, grant = '']) => grant,
  )
  const editable = grants.filter((grant) => readElement(grant, 'editable') === 'true')
  return [[name, new Set(editable.flatMap((grant) => readElement(grant, 'field') ?? []))]]
}

/** Our own files are flat: an element holds text or further elements, never both. */
export const readElement = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
