import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, it } from 'node:test'
import { buildTag } from './build.ts'
import { checkBudgets, describeSizes, measureSizes, type SizeReport } from './sizes.ts'
import { hasTable } from './write-dist.ts'

describe('buildTag', () => {
  it('gives the same code the same address, and another global another', async () => {
    const [one, again, other] = await Promise.all([buildTag(), buildTag(), buildTag({ globalName: 'acme' })])
    assert.match(one.hash, /^[0-9a-f]{16}$/)
    assert.equal(one.hash, again.hash)
    assert.notEqual(one.hash, other.hash)
    assert.ok(other.stub.includes('acme') && !other.stub.includes('leadline'))
  })

  it('makes a script whose first line asks for compilation ahead, but for the core, which counts bytes', async () => {
    const [standard, core] = await Promise.all([buildTag(), buildTag({ features: 'core' })])
    assert.match(standard.code, /^\/\/# allFunctionsCalledOnLoad\n\(/)
    assert.match(core.code, /^\(/)
  })

  it('makes a stub that can stand in an inline script', async () => {
    const { stub } = await buildTag()
    assert.ok(!stub.includes('</') && !stub.includes('<!--') && !stub.includes('\n'))
  })
})

describe('sizes', () => {
  let sizes: SizeReport
  before(async () => {
    sizes = await measureSizes()
  })

  it('are within their budgets, and the build would say which are not', () => {
    checkBudgets(sizes)
    const stub = { ...sizes.stub, raw: 501 }
    assert.throws(() => checkBudgets({ ...sizes, stub }), /stub has 501 bytes/)
  })

  it('are those of the README', async () => {
    const readme = await readFile(`${import.meta.dirname}/README.md`, 'utf8')
    assert.ok(hasTable(readme, describeSizes(sizes)), 'npm run build in snippet/ writes them')
  })

  it('hold for the stub of a page written for Ripe too', async () => {
    assert.ok((await buildTag({ isRipe: true })).stub.length <= 500)
  })
})
