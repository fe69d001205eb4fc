/** Questions to another process that wait for their answers. */
export interface Pending<Answer> {
  /** Sends a question under a new id; rejects when there is no answer in time. */
  ask(send: (id: number) => void): Promise<Answer>
  settle(id: number, answer: Answer): void
}

export function createPending<Answer>(limitMs: number): Pending<Answer> {
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  return {
    ask(send) {
      const id = (lastId += 1)
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const late = new Error(`a process of the collector did not answer within ${limitMs} ms`)
      const timer = setTimeout(() => reject(late), limitMs)
      waiting.set(id, resolve)
      send(id)
      return promise.finally(() => {
        clearTimeout(timer)
        waiting.delete(id)
      })
    },
    settle: (id, answer) => waiting.get(id)?.(answer),
  }
}
