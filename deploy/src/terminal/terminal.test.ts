import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTerminal } from './terminal.ts'

function record(isTTY: boolean) {
  const written: string[] = []
  const output = { isTTY, write: (text: string) => written.push(text) }
  return { terminal: createTerminal(output, output), text: () => written.join('') }
}

test('progress is rewritten in place and lines go above it', () => {
  const { terminal, text } = record(true)
  terminal.progress('1 of 2')
  terminal.line('a line')
  terminal.progress('2 of 2')
  terminal.progress('')
  const clear = '\r\u001B[2K'
  assert.equal(text(), `1 of 2${clear}a line\n1 of 2${clear}2 of 2${clear}`)
})

test('where output goes to a file there is no progress', () => {
  const { terminal, text } = record(false)
  terminal.progress('1 of 2')
  terminal.line('a line')
  assert.equal(text(), 'a line\n')
})
