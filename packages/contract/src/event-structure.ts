import { LIMITS, type Refusal } from './wire.ts'

/** What a parsed JSON object is before anything else is known of it. */
export type UnknownObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is UnknownObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface Fault {
  readonly code: 'too_deep' | 'too_many_keys' | 'forbidden_key' | 'duplicate_key' | 'invalid_field'
  readonly message: string
  /** From the inside out. */
  readonly path: string[]
}

const fault = (code: Fault['code'], message: string): Fault => ({ code, message, path: [] })

/** Longest field path in an answer: keys are the sender's text, and are only ever shown cut. */
const maxFieldLength = 200

/**
 * Depth, key count, keys that would reach an object's prototype and numbers that JSON cannot hold,
 * in one walk over parsed JSON. `members` are the names in its text: parsing keeps the last of two equal ones, so
 * that a difference means that one stands twice, and another reader might keep the other.
 */
export function refuseStructure(value: UnknownObject, members?: number): Refusal | undefined {
  const count = { keys: 0 }
  const found = findFault(value, 0, count) ?? findRepeated(count.keys, members)
  if (found === undefined) return undefined
  const field = found.path.toReversed().join('.').slice(0, maxFieldLength)
  return { code: found.code, ...(field === '' ? {} : { field }), message: found.message }
}

const findRepeated = (keys: number, members: number | undefined): Fault | undefined =>
  members === undefined || members === keys
    ? undefined
    : fault('duplicate_key', 'has a key twice in one object; send it once')

function findFault(
  value: UnknownObject | readonly unknown[],
  depth: number,
  count: { keys: number },
): Fault | undefined {
  if (depth > LIMITS.depth)
    return fault('too_deep', `is nested deeper than ${LIMITS.depth} levels; flatten it`)
  return isObject(value) ? findInObject(value, depth, count) : findInList(value, depth, count)
}

function findInList(list: readonly unknown[], depth: number, count: { keys: number }): Fault | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const found = findInItem(list[index], depth, count)
    if (found) return within(found, String(index))
  }
  return undefined
}

function findInObject(value: UnknownObject, depth: number, count: { keys: number }): Fault | undefined {
  // Objects of JSON inherit nothing that this would list; their keys as a list cost as much as all else here.
  for (const key in value) {
    const item = value[key]
    count.keys += 1
    if (count.keys > LIMITS.keys)
      return fault('too_many_keys', `has more than ${LIMITS.keys} keys; send fewer`)
    if (reachesPrototype(key, item))
      return within(fault('forbidden_key', "would change an object's prototype; rename the key"), key)
    const found = findInItem(item, depth, count)
    if (found) return within(found, key)
  }
  return undefined
}

function findInItem(item: unknown, depth: number, count: { keys: number }): Fault | undefined {
  if (Array.isArray(item) || isObject(item)) return findFault(item, depth + 1, count)
  // JSON.parse reads 1e400 as Infinity, which no JSON writer and no column can give back.
  if (typeof item === 'number' && !Number.isFinite(item))
    return fault('invalid_field', 'must be a number within the range of a double; send it as text')
  return undefined
}

function within(found: Fault, key: string): Fault {
  found.path.push(key)
  return found
}

const reachesPrototype = (key: string, value: unknown): boolean =>
  key === '__proto__' ||
  (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'))
