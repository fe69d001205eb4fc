/** Routes by path segments: `:name` takes any one segment, everything else must be equal. */

export interface Route<Handler> {
  readonly pattern: string
  readonly methods: Readonly<Record<string, Handler>>
}

export type RouteMatch<Handler> =
  | { readonly kind: 'found'; readonly handler: Handler; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrongMethod'; readonly allowed: readonly string[] }
  | { readonly kind: 'none' }

/** The first route whose pattern fits decides; list fixed words before parameters. */
export function matchRoute<Handler>(
  routes: readonly Route<Handler>[],
  method: string,
  segments: readonly string[],
): RouteMatch<Handler> {
  for (const route of routes) {
    const params = matchPattern(route.pattern.split('/').filter(Boolean), segments)
    if (!params) continue
    const handler = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined
    if (handler) return { kind: 'found', handler, params }
    return { kind: 'wrongMethod', allowed: Object.keys(route.methods) }
  }
  return { kind: 'none' }
}

function matchPattern(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return params
}
