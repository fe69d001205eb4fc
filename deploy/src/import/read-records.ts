import type { Readable } from 'node:stream'
import type { UnknownObject } from '@leadline/contract'
import { CsvError, parse } from 'csv-parse'
import { z } from 'zod'
import { CommandError } from '../command.ts'
import { parseObject } from '../event-files/parse-event-line.ts'
import { openUnpacked, toReadError } from '../event-files/open-unpacked.ts'
import { readLines } from '../event-files/read-lines.ts'
import { nestColumns } from './to-event.ts'

export type Format = 'jsonl' | 'csv'

/** One record of a file; undefined when it cannot be read. */
export interface FileRecord {
  /** Line, or record of a CSV file, from 1. */
  readonly number: number
  readonly value: UnknownObject | undefined
}

/** Records in the order of the file, in portions. */
export const readRecords = (
  path: string,
  format: Format,
  input: Readable,
): AsyncGenerator<readonly FileRecord[]> =>
  format === 'csv' ? readCsv(path, input) : readJsonLines(path, input)

async function* readJsonLines(path: string, input: Readable): AsyncGenerator<readonly FileRecord[]> {
  for await (const lines of readLines(path, input)) {
    yield lines
      .filter(({ text }) => text.trim() !== '')
      .map(({ number, text }) => ({ number, value: parseObject(text) }))
  }
}

const row = z.record(z.string(), z.string())
const MAX_RECORD_BYTES = 1024 ** 2
const PORTION = 500

async function* readCsv(path: string, input: Readable): AsyncGenerator<readonly FileRecord[]> {
  let number = 0
  let portion: FileRecord[] = []
  const add = (value: UnknownObject | undefined): void => {
    number += 1
    portion.push({ number, value })
  }
  const parser = parse({
    columns: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_BYTES,
    on_skip: () => {
      add(undefined)
      return undefined
    },
  })
  try {
    const source = await openUnpacked(path, input)
    source.once('error', (error) => parser.destroy(error))
    source.pipe(parser)
    for await (const record of parser) {
      add(nestColumns(row.parse(record)))
      if (portion.length < PORTION) continue
      yield portion
      portion = []
    }
  } catch (error) {
    throw explain(path, error)
  }
  if (portion.length > 0) yield portion
}

function explain(path: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new CommandError(`${path} cannot be read as CSV: ${error.message}`, { cause: error })
  return toReadError(path, error)
}
