import type { RoundReport } from './round-report.ts'
import { itemKey } from './round-tasks.ts'

/** Keeps rows of visits that go on from being written at every event: at most once per interval and contact. */
export class OpenVisits {
  readonly #refreshMs: number
  /** When something was last written for a contact. */
  readonly #writtenMs = new Map<string, number>()
  /** When what was held back is due. */
  readonly #dueMs = new Map<string, number>()

  constructor(refreshMs: number) {
    this.#refreshMs = refreshMs
  }

  isHeld(contactId: string, nowMs: number): boolean {
    const writtenMs = this.#writtenMs.get(contactId)
    return writtenMs !== undefined && nowMs < writtenMs + this.#refreshMs
  }

  /** Takes over what a round did for a contact. */
  note(contactId: string, report: Pick<RoundReport, 'written' | 'deferred'>, nowMs: number): void {
    if (report.written.has(itemKey({ kind: 'contact', id: contactId }))) this.#remember(contactId, nowMs)
    if (report.deferred.has(contactId))
      this.#dueMs.set(contactId, (this.#writtenMs.get(contactId) ?? nowMs) + this.#refreshMs)
    else this.#dueMs.delete(contactId)
  }

  refreshAt(contactId: string, dueMs: number): void {
    this.#dueMs.set(contactId, dueMs)
  }

  takeDue(nowMs: number, max: number): string[] {
    const due: string[] = []
    for (const [contactId, dueMs] of this.#dueMs) {
      if (due.length >= max) break
      if (dueMs > nowMs) continue
      this.#dueMs.delete(contactId)
      due.push(contactId)
    }
    return due
  }

  nextDueMs(): number | undefined {
    let next: number | undefined
    for (const dueMs of this.#dueMs.values()) if (next === undefined || dueMs < next) next = dueMs
    return next
  }

  /** The oldest entries stand first, because a write moves its contact to the end. */
  #remember(contactId: string, nowMs: number): void {
    this.#writtenMs.delete(contactId)
    this.#writtenMs.set(contactId, nowMs)
    for (const [id, writtenMs] of this.#writtenMs) {
      if (nowMs < writtenMs + this.#refreshMs) break
      this.#writtenMs.delete(id)
    }
  }
}
