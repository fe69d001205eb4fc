import type { HttpRequest } from './http-request.ts'

/** What a call is about, read from its path alone: for the log and for fault rules. */
export interface CallSummary {
  readonly op: string | null
  readonly object: string | null
}

const WRITES: Readonly<Record<string, string>> = {
  POST: 'create',
  PATCH: 'update',
  DELETE: 'delete',
  GET: 'read',
}

export function describeCall(request: HttpRequest, method: string): CallSummary {
  const [services, kind, third = null, ...rest] = request.segments
  if (services !== 'services') return { op: null, object: null }
  if (kind === 'Soap') return { op: 'soap', object: null }
  return kind === 'oauth2' ? { op: third, object: null } : describeDataCall(request, method, rest)
}

function describeDataCall(request: HttpRequest, method: string, rest: readonly string[]): CallSummary {
  const [resource = null, second] = rest
  if (resource === 'sobjects') return describeRecordCall(rest.slice(1), method)
  if (resource === 'composite' && second === 'sobjects') return describeCollection(rest.slice(2), method)
  const from = /\bfrom\s+(\w+)/i.exec(request.query.get('q') ?? '')?.[1] ?? null
  return { op: resource, object: from }
}

function describeRecordCall(rest: readonly string[], method: string): CallSummary {
  const [object = null, second, third] = rest
  if (second === 'describe') return { op: 'describe', object }
  if (third !== undefined && method === 'PATCH') return { op: 'upsert', object }
  return {
    op: object === null || (second === undefined && method === 'GET') ? 'describe' : (WRITES[method] ?? null),
    object,
  }
}

function describeCollection(rest: readonly string[], method: string): CallSummary {
  const [object = null, key] = rest
  if (key !== undefined) return { op: 'upsert', object }
  if (object !== null) return { op: 'read', object }
  return { op: WRITES[method] ?? null, object }
}
