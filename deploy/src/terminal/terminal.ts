/** Where a command writes. Progress overwrites itself on a terminal and is left out elsewhere. */
export interface Terminal {
  line(text: string): void
  error(text: string): void
  /** One line that is rewritten in place; an empty text clears it. */
  progress(text: string): void
}

interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

const CLEAR_LINE = '\r\u001B[2K'

export function createTerminal(out: Output, err: Output): Terminal {
  let shown = ''
  const write = (to: Output, text: string): void => {
    if (shown !== '') err.write(CLEAR_LINE)
    to.write(`${text}\n`)
    if (shown !== '') err.write(shown)
  }
  return {
    line: (text) => write(out, text),
    error: (text) => write(err, text),
    progress: (text) => {
      if (err.isTTY !== true) return
      err.write(`${shown === '' ? '' : CLEAR_LINE}${text}`)
      shown = text
    },
  }
}
