import { isMap, type Document } from '../settings/fill-document.ts'

/** Fixed, so that two runs over the same events name them alike. */
const DEFAULT_KEY = 'leadline resolve, without --identity-key'

/** What of a workspace decides how its events resolve. */
const SECTIONS = ['identityKey', 'sessionTimeoutMinutes', 'identity', 'companies']

/** Of the first workspace of a settings file, references unresolved; a key that is given replaces the file's own. */
export function toWorkspaceDocument(own: Document, identityKey: string | undefined): Document {
  const list: readonly unknown[] = Array.isArray(own['workspaces']) ? own['workspaces'] : []
  const workspace = isMap(list[0]) ? list[0] : {}
  const said = Object.entries(workspace).filter(
    ([name, value]) => SECTIONS.includes(name) && value !== undefined,
  )
  const document = { identityKey: DEFAULT_KEY, ...Object.fromEntries(said) }
  return identityKey === undefined ? document : { ...document, identityKey }
}
