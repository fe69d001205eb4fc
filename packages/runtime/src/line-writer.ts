import { fstatSync, writeSync } from 'node:fs'

const STANDARD_OUTPUT = 1

/**
 * Writes lines to standard output. One that cannot be written, because the disk under the log is full or its reader is
 * gone, must not end the service: a stream would, and takes no more lines when there is room again. How many are missing
 * is told with the next one that can be written.
 */
export function createLineWriter(): (line: string) => void {
  let missing = 0
  const write = openOutput()
  const tellMissing = (): string =>
    JSON.stringify({ level: 'warn', message: 'lines of this log are missing', missing })
  return (line) => {
    // The last room of a disk takes part of a line: what follows begins on a new one.
    if (missing > 0 && write(`\n${tellMissing()}\n`)) missing = 0
    if (!write(`${line}\n`)) missing += 1
  }
}

/** Answers whether the text was taken. */
function openOutput(): (text: string) => boolean {
  const output = fstatSync(STANDARD_OUTPUT)
  if (!output.isFIFO() && !output.isSocket()) return writeWhole
  let isGone = false
  process.stdout.on('error', () => (isGone = true))
  return (text) => {
    if (!isGone) process.stdout.write(text)
    return !isGone
  }
}

function writeWhole(text: string): boolean {
  try {
    return writeSync(STANDARD_OUTPUT, text) === Buffer.byteLength(text)
  } catch {
    return false
  }
}
