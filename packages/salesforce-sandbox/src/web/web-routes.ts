import type { HttpRequest } from '../http/http-request.ts'
import { empty, type Reply } from '../http/reply.ts'
import type { Org } from '../org.ts'
export function isWebPath(request: HttpRequest): boolean {
  return request.segments[0] === 'web'
}
export function answerWeb(_org: Org, _request: HttpRequest): Reply {
  return empty(404)
}
