import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readLines } from './read-lines.ts'

async function linesOf(chunks: readonly Buffer[]): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const lines of readLines('-', Readable.from(chunks))) {
    for (const { number, text } of lines) {
      texts.push(text)
      assert.equal(number, texts.length)
    }
  }
  return texts
}

const TEXT = '\ufeff{"a":"ü€😀"}\r\n\n{"b":\ufeff2}\nlast'
const LINES = ['{"a":"ü€😀"}', '', '{"b":\ufeff2}', 'last']

test('lines are the same however their bytes arrive, without the mark at the beginning', async () => {
  const bytes = Buffer.from(TEXT)
  assert.deepEqual(await linesOf([bytes]), LINES)
  assert.deepEqual(await linesOf([...bytes].map((byte) => Buffer.from([byte]))), LINES)
  assert.deepEqual(await linesOf([gzipSync(bytes)]), LINES)
})

test('an input without a byte has no line', async () => {
  assert.deepEqual(await linesOf([]), [])
})

test('a gzip file that was cut off is named as such', async () => {
  const packed = gzipSync(Buffer.from(TEXT))
  await assert.rejects(linesOf([packed.subarray(0, packed.length - 12)]), /the gzip data ends too early/)
})

test('a file that has no line ends is refused before it fills the memory', async () => {
  const megabyte = Buffer.alloc(1024 ** 2, 'x')
  const endless = Array.from({ length: 20 }, () => megabyte)
  await assert.rejects(linesOf([Buffer.from('first\n'), ...endless]), /line 2 is longer than 16 MB/)
})
