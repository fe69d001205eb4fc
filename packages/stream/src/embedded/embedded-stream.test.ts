import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { describeConformance } from '../../test-support/conformance.ts'

const directory = mkdtempSync(join(tmpdir(), 'leadline-embedded-'))
after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))

describeConformance('embedded log', () => ({ kind: 'embedded', directory, maxBytes: 1024 ** 3 }))
describeConformance(
  'embedded log, written in a thread',
  () => ({ kind: 'embedded', directory, maxBytes: 1024 ** 3 }),
  { appendsIn: 'thread' },
)
