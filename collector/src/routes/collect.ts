import { preflightAnswer, toResponse, type Answer } from '../answers.ts'
import { answerRequest, type AnswerDeps } from '../answer-request.ts'
import type { Door } from '../dialects/dialect.ts'
import { doors } from '../dialects/doors.ts'
import type { EventRequest } from '../event-request.ts'
import { toEventRequest, type Route } from './route.ts'

export interface CollectDeps extends AnswerDeps {
  /** Path under which everything is served too; may be empty. */
  readonly pathPrefix: string
}

/** Answers one request with events. Never rejects. */
export type EventHandler = (request: EventRequest) => Promise<Answer>

const posted = doors.filter(({ method }) => method === 'POST')
const asked = doors.filter(({ method }) => method === 'GET')

/** The paths that events are posted to, by path: one behaviour for each, behind whatever server takes the request. */
export const buildEventHandlers = (deps: CollectDeps): ReadonlyMap<string, EventHandler> =>
  new Map(
    posted.flatMap((door) =>
      pathsOf(door, deps).map((path) => [
        path,
        (request: EventRequest) => answerRequest(request, door, deps),
      ]),
    ),
  )

/** The same as routes of the Hono app, each with its preflight, and the images. */
export const collectRoutes = (deps: CollectDeps): readonly Route[] => [
  ...[...buildEventHandlers(deps)].flatMap(([path, handler]): Route[] => [
    { method: 'POST', path, handle: async (context) => toResponse(await handler(toEventRequest(context))) },
    { method: 'OPTIONS', path, handle: () => toResponse(preflightAnswer) },
  ]),
  ...asked.flatMap((door) => pathsOf(door, deps).map((path) => toImageRoute(path, door, deps))),
]

const toImageRoute = (path: string, door: Door, deps: CollectDeps): Route => ({
  method: 'GET',
  path,
  async handle(context) {
    const answer = await answerRequest(toEventRequest(context), door, deps)
    return (door.dress ?? toResponse)(answer)
  },
})

const pathsOf = ({ path }: Door, { pathPrefix }: CollectDeps): readonly string[] =>
  pathPrefix === '' ? [path] : [path, pathPrefix + path]
