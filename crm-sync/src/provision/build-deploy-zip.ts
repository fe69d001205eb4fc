import { strToU8, zipSync } from 'fflate'
import type { SourceFile, SourcePackage } from './source-package.ts'

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
const NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'

/** Parts of an object that SFDX keeps in files of their own: folder, element in the object's file, type. */
const PARTS = [
  { folder: 'compactLayouts', element: 'compactLayouts', type: 'CompactLayout' },
  { folder: 'fields', element: 'fields', type: 'CustomField' },
  { folder: 'listViews', element: 'listViews', type: 'ListView' },
] as const

/** Folders whose files are deployed as they are, but for the ending `-meta.xml`. */
const WHOLE: Readonly<Record<string, string>> = {
  layouts: 'Layout',
  permissionsets: 'PermissionSet',
  tabs: 'CustomTab',
}

export interface DeployZip {
  readonly bytes: Uint8Array
  /** `Type:Name` of each component. */
  readonly members: readonly string[]
}

/** The SFDX source in the shape of the Metadata API, with its manifest. The same source gives the same bytes. */
export function buildDeployZip({ files }: SourcePackage, apiVersion: string): DeployZip {
  const parts = [...toObjectFiles(files), ...files.flatMap(toWholeFile), ...files.flatMap(toBundleFile)]
  const members = [...new Set(files.flatMap(memberOf))].sort()
  const content = Object.fromEntries(
    [...parts, { path: 'package.xml', text: toManifest(members, apiVersion) }]
      .sort((a, b) => a.path.localeCompare(b.path))
      .map(({ path, text }) => [path, strToU8(text)]),
  )
  return { bytes: zipSync(content, { mtime: '2026-01-01' }), members }
}

function toObjectFiles(files: readonly SourceFile[]): SourceFile[] {
  const byObject = Map.groupBy(
    files.filter(({ path }) => path.startsWith('objects/')),
    ({ path }) => path.split('/')[1] ?? '',
  )
  return [...byObject].map(([object, own]) => {
    const root = own.find(({ path }) => path.endsWith('.object-meta.xml'))
    const nested = PARTS.flatMap(({ folder, element }) =>
      own
        .filter(({ path }) => path.startsWith(`objects/${object}/${folder}/`))
        .map(({ text }) => `    <${element}>\n${innerXml(text)}\n    </${element}>\n`),
    )
    const body = `${nested.join('')}${root ? `${innerXml(root.text)}\n` : ''}`
    return {
      path: `objects/${object}.object`,
      text: `${HEAD}<CustomObject ${NAMESPACE}>\n${body}</CustomObject>\n`,
    }
  })
}

/** What the root element holds. */
const innerXml = (xml: string): string =>
  xml.replace(/^<\?xml[^>]*\?>\s*<\w+[^>]*>\n?/, '').replace(/\s*<\/\w+>\s*$/, '')

function toWholeFile({ path, text }: SourceFile): SourceFile[] {
  const folder = path.split('/')[0] ?? ''
  return folder in WHOLE ? [{ path: path.replace(/-meta\.xml$/, ''), text }] : []
}

const toBundleFile = (file: SourceFile): SourceFile[] => (file.path.startsWith('lwc/') ? [file] : [])

function memberOf({ path }: SourceFile): string[] {
  const [folder = '', second = '', third = '', fourth = ''] = path.split('/')
  if (folder === 'lwc') return [`LightningComponentBundle:${second}`]
  const type = WHOLE[folder]
  if (type !== undefined) return [`${type}:${second.replace(/\.\w+-meta\.xml$/, '')}`]
  const part = PARTS.find((candidate) => candidate.folder === third)
  if (part) return [`${part.type}:${second}.${fourth.replace(/\.\w+-meta\.xml$/, '')}`]
  return third.endsWith('.object-meta.xml') ? [`CustomObject:${second}`] : []
}

function toManifest(members: readonly string[], apiVersion: string): string {
  const byType = Map.groupBy(members, (member) => member.split(':')[0] ?? '')
  const types = [...byType].map(
    ([type, own]) =>
      `    <types>\n${own.map((member) => `        <members>${member.slice(type.length + 1)}</members>\n`).join('')}        <name>${type}</name>\n    </types>\n`,
  )
  return `${HEAD}<Package ${NAMESPACE}>\n${types.join('')}    <version>${apiVersion}</version>\n</Package>\n`
}
