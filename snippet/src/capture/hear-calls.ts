import { attempt } from '../failures.ts'

/** Hears each call of a method of the browser's before it happens, with its `this`; nothing where it cannot be replaced. */
export function hearCalls(target: object, name: string, hear: (self: Element) => void): void {
  const apply: ProxyHandler<typeof Object>['apply'] = (run, self, args): unknown => {
    attempt(() => hear(self))
    return Reflect.apply(run, self, args)
  }
  Reflect.set(target, name, new Proxy(Reflect.get(target, name), { apply }))
}
