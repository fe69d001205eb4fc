import { z } from 'zod'

/** Bodies that earlier subrequests answered, by reference id. */
export type Answers = ReadonlyMap<string, unknown>

export type Resolved<T> =
  | { readonly ok: true; readonly value: T }
  /** `r1.id` has no value. */
  | { readonly ok: false; readonly path: string; readonly referenceId: string }

const REFERENCE = /@\{([^}]+)\}/g

/** Puts earlier answers into a text: `/sobjects/Contact/@{r1.id}`. */
export function resolveText(text: string, answers: Answers): Resolved<string> {
  for (const [, path = ''] of text.matchAll(REFERENCE)) {
    const found = lookUp(path, answers)
    if (!found.ok) return found
  }
  const value = text.replace(REFERENCE, (_, path: string) => {
    const found = lookUp(path, answers)
    return found.ok ? String(found.value) : ''
  })
  return { ok: true, value }
}

const jsonObject = z.record(z.string(), z.unknown())

/** Puts earlier answers into a JSON value; a text that is nothing but a reference takes over the value's type. */
export function resolveValue(value: unknown, answers: Answers): Resolved<unknown> {
  if (typeof value === 'string') return resolveWhole(value, answers)
  if (Array.isArray(value)) return resolveAll(value, answers)
  const object = jsonObject.safeParse(value)
  if (!object.success) return { ok: true, value }
  const names = Object.keys(object.data)
  const values = resolveAll(Object.values(object.data), answers)
  if (!values.ok) return values
  return { ok: true, value: Object.fromEntries(names.map((name, index) => [name, values.value[index]])) }
}

function resolveAll(values: readonly unknown[], answers: Answers): Resolved<readonly unknown[]> {
  const resolved: unknown[] = []
  for (const value of values) {
    const one = resolveValue(value, answers)
    if (!one.ok) return one
    resolved.push(one.value)
  }
  return { ok: true, value: resolved }
}

function resolveWhole(text: string, answers: Answers): Resolved<unknown> {
  const whole = /^@\{([^}]+)\}$/.exec(text)?.[1]
  return whole === undefined ? resolveText(text, answers) : lookUp(whole, answers)
}

/** `r1.records[0].Id`; names are compared with regard to case. */
function lookUp(path: string, answers: Answers): Resolved<unknown> {
  const [referenceId = '', ...steps] = path.split(/[.[\]]+/).filter(Boolean)
  const value = steps.reduce<unknown>(readStep, answers.get(referenceId))
  const isMissing = !answers.has(referenceId) || value === undefined || value === null
  return isMissing ? { ok: false, path, referenceId } : { ok: true, value }
}

function readStep(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)]
  const object = jsonObject.safeParse(value)
  return object.success ? object.data[step] : undefined
}

/** Reference ids that a subrequest names. */
export function referencesOf(sub: { readonly url: string; readonly body?: unknown }): readonly string[] {
  const text = sub.url + JSON.stringify(sub.body ?? '')
  return [...text.matchAll(REFERENCE)].map(([, path = '']) => path.split(/[.[]/)[0] ?? '')
}
