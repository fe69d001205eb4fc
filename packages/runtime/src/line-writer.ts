import { fstatSync, writeSync } from 'node:fs'

const STANDARD_OUTPUT = 1

/**
 * Writes lines to standard output. One that cannot be written, because the disk under the log is full or its reader is
 * gone, must not end the service: a stream would, and takes no more lines when there is room again. How many are missing
 * is told with the next one that can be written.
 */
export function createLineWriter(): (line: string) => void {
  let missing = 0
  const write = openOutput(() => (missing += 1))
  return (line) => {
    if (
      missing > 0 &&
      write(`\n${JSON.stringify({ level: 'warn', message: 'lines of this log are missing', missing })}\n`)
    )
      missing = 0
    write(`${line}\n`)
  }
}

/** Answers whether the text was taken. */
function openOutput(onFailure: () => void): (text: string) => boolean {
  const output = fstatSync(STANDARD_OUTPUT)
  if (output.isFIFO() || output.isSocket()) {
    process.stdout.on('error', onFailure)
    return (text) => {
      process.stdout.write(text)
      return true
    }
  }
  return (text) => {
    try {
      // The last room of a disk takes part of a line: what follows begins on a new one.
      if (writeSync(STANDARD_OUTPUT, text) === Buffer.byteLength(text)) return true
      onFailure()
      return false
    } catch {
      onFailure()
      return false
    }
  }
}
