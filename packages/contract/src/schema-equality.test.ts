import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import type { CrmWork, crmWorkSchema } from './crm-work.ts'
import type { DeadLetter, deadLetterSchema } from './dead-letter.ts'
import type { Envelope, envelopeSchema } from './envelope.ts'
import type { wireEventSchema } from './event.ts'
import type { Touched, touchedSchema } from './touched.ts'
import type { WireEvent } from './wire.ts'

/** Without the index signature of loose objects: the fields that are named. */
type Named<T> = { readonly [K in keyof T as string extends K ? never : K]: T[K] }
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T
/** True when each side can stand for the other and neither has a field that the other lacks. */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? [keyof A] extends [keyof B]
      ? [keyof B] extends [keyof A]
        ? true
        : false
      : false
    : false
  : false
type Matches<Type, Schema extends z.ZodType> = Same<Type, Frozen<Named<z.output<Schema>>>>

/** The compiler checks these lines: a field added to one side only is an error here. */
const matches: {
  readonly event: Matches<WireEvent, typeof wireEventSchema>
  readonly envelope: Matches<Envelope, typeof envelopeSchema>
  readonly crmWork: Matches<CrmWork, typeof crmWorkSchema>
  readonly deadLetter: Matches<DeadLetter, typeof deadLetterSchema>
  readonly touched: Matches<Touched, typeof touchedSchema>
} = { event: true, envelope: true, crmWork: true, deadLetter: true, touched: true }

/** And that the comparison itself can say no. */
const differs: {
  readonly extra: Same<{ a: 1; b?: 2 }, { a: 1 }>
  readonly optional: Same<{ a: 1 }, { a?: 1 }>
  readonly other: Same<{ a: 1 }, { a: 2 }>
} = { extra: false, optional: false, other: false }

test('types and schemas of the contract are the same, both ways', () => {
  assert.ok(Object.values(matches).every(Boolean))
  assert.ok(!Object.values(differs).some(Boolean))
})
