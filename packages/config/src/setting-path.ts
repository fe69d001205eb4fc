export type SettingPath = readonly PropertyKey[]

/** `workspaces[0].crm.clientSecret`. */
export function formatPath(path: SettingPath): string {
  if (path.length === 0) return 'the file'
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  )
}

/** What lies at a path, or undefined. */
export function valueAt(document: unknown, path: SettingPath): unknown {
  let value = document
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
