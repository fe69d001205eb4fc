import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const FLAGS = ['config', 'data', 'port', 'host', 'seed']

for (const [typed, meant] of [
  ['prot', 'port'],
  ['Port', 'port'],
  ['ports', 'port'],
  ['confg', 'config'],
  ['hots', 'host'],
] as const) {
  test(`${typed} was meant as ${meant}`, () => assert.equal(nearestName(typed, FLAGS), meant))
}

for (const typed of ['verbose', 'x', 'colour']) {
  test(`${typed} is near to none`, () => assert.equal(nearestName(typed, FLAGS), undefined))
}

test('of no candidates none is near', () => assert.equal(nearestName('port', []), undefined))
