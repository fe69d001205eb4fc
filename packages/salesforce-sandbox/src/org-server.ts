import { setTimeout as delay } from 'node:timers/promises'
import { createOrg, persist, type OrgParts } from './create-org.ts'
import { answerAdmin, isAdminPath } from './admin/admin-routes.ts'
import { toDateTimeText } from './clock.ts'
import { answerApi, answerFault, describeIncoming, takeFault } from './http/api-pipeline.ts'
import type { HttpRequest } from './http/http-request.ts'
import { fail, type Reply } from './http/reply.ts'
import { createTrace, type Trace } from './log/request-log.ts'
import type { Org } from './org.ts'
import { runDueTimers } from './timers/run-timers.ts'
import { answerWeb, isWebPath } from './web/web-routes.ts'

/** One org behind HTTP: every answer goes out only after what it reports is in the journal. */
export class OrgServer {
  #parts: OrgParts
  #org: Org
  readonly #onError: (error: unknown) => void

  constructor(parts: OrgParts, onError: (error: unknown) => void) {
    this.#parts = parts
    this.#onError = onError
    this.#org = createOrg(parts)
    this.save()
  }

  get org(): Org {
    return this.#org
  }

  save(): void {
    persist(this.#org, this.#parts.journal)
  }

  /** A fresh org, as if it had never been used. */
  reset(seed: number = this.#parts.settings.seed): void {
    this.#parts.journal.clear()
    this.#parts = { ...this.#parts, settings: { ...this.#parts.settings, seed } }
    this.#org = createOrg(this.#parts)
    this.save()
  }

  async answer(request: HttpRequest): Promise<Reply | null> {
    if (isAdminPath(request)) return this.#guarded(() => answerAdmin(this, request))
    if (isWebPath(request)) return this.#guarded(() => answerWeb(this.#org, request))
    return await this.#answerApi(request)
  }

  async #answerApi(request: HttpRequest): Promise<Reply | null> {
    const trace = createTrace()
    const fault = takeFault(this.#org, request)
    if (fault) {
      trace.faultId = fault.id
      if (fault.action.type === 'delay') await delay(fault.action.ms)
    }
    const isDroppedBefore = fault?.action.type === 'dropBefore'
    const reply = this.#guarded(() => {
      describeIncoming(request, trace)
      const given = fault && answerFault(fault)
      const answered = isDroppedBefore ? undefined : (given ?? answerApi(this.#org, request, trace))
      const isDropped = answered === undefined || fault?.action.type === 'dropAfter'
      this.#note(request, trace, isDropped ? 0 : answered.status)
      return answered && withOrgHeaders(this.#org, answered)
    })
    return isDroppedBefore || fault?.action.type === 'dropAfter' ? null : (reply ?? null)
  }

  /** Runs one request to its end: done and journaled, or undone. */
  #guarded<T>(run: () => T): T | Reply {
    const org = this.#org
    const savepoint = org.store.savepoint()
    try {
      org.store.startTransaction()
      runDueTimers(org)
      const result = run()
      this.save()
      return result
    } catch (error) {
      if (org === this.#org) org.store.rollbackTo(savepoint)
      this.#onError(error)
      return fail(500, { code: 'UNKNOWN_EXCEPTION', message: 'The sandbox org failed; its log says why.' })
    }
  }

  #note(request: HttpRequest, trace: Trace, status: number): void {
    const holdsSecrets = request.segments[1] === 'oauth2'
    this.#org.log.add({
      ...trace,
      time: toDateTimeText(this.#org.clock.nowMs()),
      method: request.method,
      path: maskSecrets(request.target),
      body: holdsSecrets || request.body === '' ? null : request.body,
      status,
    })
  }
}

function maskSecrets(target: string): string {
  return target.replace(/([?&](?:oauth_token|token|code|client_secret)=)[^&]*/g, '$1***')
}

/** Clients take the server's Date for the org's time. */
function withOrgHeaders(org: Org, reply: Reply): Reply {
  return {
    ...reply,
    headers: {
      date: new Date(org.clock.nowMs()).toUTCString(),
      'set-cookie': 'BrowserId=sandbox; path=/; HttpOnly; SameSite=Lax',
      ...reply.headers,
    },
  }
}
