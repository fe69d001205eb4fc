import { setTimeout as delay } from 'node:timers/promises'
import { AdminError } from './admin/admin-error.ts'
import { CometServer } from './events/comet-server.ts'
import { createOrg, persist, type OrgParts } from './create-org.ts'
import { answerAdmin, isAdminPath } from './admin/answer-admin.ts'
import { toDateTimeText } from './clock.ts'
import { answerApi, answerFault, describeIncoming, takeFault } from './http/api-pipeline.ts'
import type { Fault } from './faults/fault-engine.ts'
import type { FaultAction } from './faults/fault-rule.ts'
import { spoilReply } from './faults/spoil-reply.ts'
import type { HttpRequest } from './http/http-request.ts'
import { empty, fail, type Reply } from './http/reply.ts'
import { createTrace, type Trace } from './log/request-log.ts'
import type { Settings } from './options.ts'
import type { Org } from './org.ts'
import { snapshotCommit, takeSnapshot, type Snapshot } from './store/snapshot.ts'
import { moveClock, runDueTimers } from './timers/run-timers.ts'
import { answerWeb, isWebPath } from './web/web-routes.ts'

/** A request that is open for longer than this is a long one. */
const LONG_MS = 20_000

/** One org behind HTTP: every answer goes out only after what it reports is in the journal. */
export class OrgServer {
  #parts: OrgParts
  #org: Org
  readonly #onError: (error: unknown) => void
  readonly #comet = new CometServer(() => this.#org)
  /** Arrival of each request that is open, on the org's clock. */
  readonly #open = new Set<{ readonly atMs: number }>()
  readonly #snapshots = new Map<string, Snapshot>()

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
  reset(
    seed: number = this.#parts.settings.seed,
    fixtures: Settings['fixtures'] = this.#parts.settings.fixtures,
  ): void {
    this.#parts.journal.clear()
    this.#parts = { ...this.#parts, settings: { ...this.#parts.settings, seed, fixtures } }
    this.#org = createOrg(this.#parts)
    this.save()
  }

  /** Keeps the org as it is, in memory; returns the snapshot's id. */
  snapshot(): string {
    const id = `s${this.#snapshots.size + 1}`
    this.#snapshots.set(id, takeSnapshot(this.#org))
    return id
  }

  restore(id: string): void {
    const snapshot = this.#snapshots.get(id)
    if (!snapshot) throw new AdminError(`there is no snapshot ${id}`)
    const { journal } = this.#parts
    journal.clear()
    this.#org = createOrg({ ...this.#parts, journal: { ...journal, restore: () => snapshot } })
    journal.write(snapshotCommit(snapshot))
    this.save()
  }

  async answer(request: HttpRequest): Promise<Reply | null> {
    if (isAdminPath(request)) return this.#guarded(() => answerAdmin(this, request))
    if (isWebPath(request)) return this.#guarded(() => answerWeb(this.#org, request))
    if (request.segments[0] === 'cometd') return await this.#answerComet(request)
    const arrival = { atMs: this.#org.clock.nowMs() }
    this.#open.add(arrival)
    try {
      return await this.#answerApi(request, arrival.atMs)
    } finally {
      this.#open.delete(arrival)
    }
  }

  /** Change events have no budget; the time that a client waits for them is nobody else's. */
  async #answerComet(request: HttpRequest): Promise<Reply | null> {
    const arrivedMs = this.#org.clock.nowMs()
    const fault = takeFault(this.#org, request)
    if (fault?.action.type === 'delay') await this.#wait(fault.action)
    if (fault?.action.type === 'dropBefore') return null
    const given = fault && answerFault(fault)
    const reply = given ?? (await this.#comet.answer(request))
    this.#guarded(() =>
      this.#note(request, { ...createTrace(), op: 'cometd', arrivedMs }, reply?.status ?? 0),
    )
    return fault?.action.type === 'dropAfter' ? null : reply
  }

  async #answerApi(request: HttpRequest, arrivedMs: number): Promise<Reply | null> {
    const trace = createTrace()
    const fault = takeFault(this.#org, request)
    if (fault) {
      trace.faultId = fault.id
      if (fault.action.type === 'delay') await this.#wait(fault.action)
    }
    const { running, clock } = this.#org
    const isDroppedBefore = fault?.action.type === 'dropBefore'
    const reply = this.#guarded(() => {
      describeIncoming(request, trace)
      running.begin()
      const answered = isDroppedBefore ? undefined : this.#answerOrFail(request, trace, fault)
      const isDropped = answered === undefined || fault?.action.type === 'dropAfter'
      this.#note(request, { ...trace, arrivedMs }, isDropped ? 0 : answered.status)
      return answered && this.#spoil(fault, withOrgHeaders(this.#org, answered))
    })
    const { busyMs, release } = running.end(clock.nowMs())
    if (busyMs > 0) await delay(busyMs, undefined, { ref: false })
    release()
    return isDroppedBefore || fault?.action.type === 'dropAfter' ? null : (reply ?? null)
  }

  #answerOrFail(request: HttpRequest, trace: Trace, fault: Fault | undefined): Reply {
    if (request.target.length > this.#org.settings.limits.uriMaxBytes) return empty(414)
    const given = fault && answerFault(fault)
    if (given && fault.phase === 'before') return given
    const longMs = this.#org.clock.nowMs() - LONG_MS
    const longOpen = [...this.#open].filter(({ atMs }) => atMs < longMs).length
    const staleMs = fault?.action.type === 'staleRead' ? fault.action.seconds * 1000 : 0
    const answered = answerApi(this.#org, { request, trace, longOpen, staleMs })
    return given ?? answered
  }

  async #wait({ ms, isVirtual }: Extract<FaultAction, { type: 'delay' }>): Promise<void> {
    if (isVirtual) moveClock(this.#org, this.#org.clock.nowMs() + ms)
    else await delay(ms, undefined, { ref: false })
  }

  #spoil(fault: Fault | undefined, reply: Reply): Reply {
    return fault ? spoilReply(this.#org, fault.action, reply) : reply
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

  #note(request: HttpRequest, given: Trace & { readonly arrivedMs: number }, status: number): void {
    const { arrivedMs, ...trace } = given
    const nowMs = this.#org.clock.nowMs()
    const holdsSecrets = request.segments[1] === 'oauth2'
    this.#org.log.add({
      ...trace,
      time: toDateTimeText(nowMs),
      method: request.method,
      path: maskSecrets(request.target),
      body: holdsSecrets || request.body === '' ? null : request.body,
      status,
      concurrent: this.#open.size,
      durationMs: nowMs - arrivedMs,
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
