import type { Terminal } from '../src/terminal/terminal.ts'

export interface RecordingTerminal extends Terminal {
  readonly lines: string[]
  readonly errors: string[]
}

export function createRecordingTerminal(): RecordingTerminal {
  const lines: string[] = []
  const errors: string[] = []
  return {
    lines,
    errors,
    line: (text) => void lines.push(text),
    error: (text) => void errors.push(text),
    progress: () => undefined,
  }
}
