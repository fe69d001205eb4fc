import { attempt } from '../failures.ts'

/** Hears each call of a method of the browser's before it happens, with its `this`; nothing where it cannot be replaced. */
export function hearCalls(target: object, name: string, hear: (self: unknown) => void): void {
  const method: unknown = Reflect.get(target, name)
  if (typeof method !== 'function') return
  const apply = (run: typeof method, self: unknown, args: unknown[]): unknown => {
    attempt(() => hear(self))
    return Reflect.apply(run, self, args)
  }
  Reflect.set(target, name, new Proxy(method, { apply }))
}
