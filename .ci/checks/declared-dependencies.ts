import { builtinModules } from 'node:module'
import { workspaceOf } from './import-direction.ts'
import { isTest, isTypeScript, type Check, type SourceFile } from './source-tree.ts'

const IMPORT = /(?:\bfrom|^\s*import|\bimport\()\s*['"]([^'".\s][^'"\s]*)['"]/gm

/** What product code imports stands in its own package.json, with an exact version. */
export const checkDeclaredDependencies: Check = (files) => {
  const manifests = new Map(
    files
      .filter(({ path }) => /(^|\/)package\.json$/.test(path))
      .map((file) => [workspaceOf(file.path), file]),
  )
  return files
    .filter(({ path }) => isTypeScript(path) && !isTest(path) && !path.startsWith('.ci/'))
    .flatMap((file) => undeclared(file, manifests.get(workspaceOf(file.path))))
}

function undeclared(file: SourceFile, manifest: SourceFile | undefined) {
  return [...file.text.matchAll(IMPORT)]
    .map((match) => match[1] ?? '')
    .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    .filter((name) => !manifest?.text.includes(`"${name}"`))
    .map((name) => ({
      path: file.path,
      line: 0,
      message: `imports ${name}, which its package.json does not name`,
    }))
}

/** Ranges move by themselves; a version that was tried does not. */
export const checkExactVersions: Check = (files) =>
  files
    .filter(({ path }) => /(^|\/)package\.json$/.test(path))
    .flatMap((file) =>
      [...file.text.matchAll(/"([^"]+)": "([\^~][^"]*|\*|latest)"/g)].map((match) => ({
        path: file.path,
        line: 0,
        message: `${match[1]} is not pinned to an exact version (${match[2]})`,
      })),
    )
