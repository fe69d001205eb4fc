import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readYaml } from '@leadline/config'
import { CommandError } from '../command.ts'
import { isMap, type Document } from './fill-document.ts'

const DEFAULT_FILE = join(import.meta.dirname, '../../local/leadline.yaml')

export const readDefaultDocument = (): Promise<Document> => readDocument(DEFAULT_FILE)

/** The file of --config; without one, a file that says nothing. Throws CommandError or ConfigError. */
export const readOwnDocument = async (file: string | undefined): Promise<Document> =>
  file === undefined ? {} : await readDocument(file)

async function readDocument(file: string): Promise<Document> {
  const document = readYaml(await readText(file))
  if (isMap(document)) return document
  throw new CommandError(`${file} holds no settings; it must be a map such as \`collector: { port: 4400 }\``)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError(`${file} cannot be read; --config must name a leadline.yaml`, { cause: error })
  }
}
