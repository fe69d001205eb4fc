import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Position } from '../stream.ts'
import { numberIn, textIn, type Row } from './row.ts'
import { inTransaction } from './transaction.ts'

/** One consumer of a group. Host and process tell others on the same host at once that it is dead. */
export interface Member {
  readonly group: string
  readonly id: string
  readonly host: string
  readonly pid: number
}

/** A partition that this member holds. Each new holder raises the epoch; commits of an older one are refused. */
export interface Holding {
  readonly partition: number
  readonly epoch: number
  readonly from: Position
}

export interface RenewOptions {
  readonly member: Member
  readonly partitions: number
  readonly nowMs: number
  readonly leaseMs: number
  readonly isAlive: (pid: number) => boolean
}

/** What a member finds when it renews its lease: what it holds, and which of that others should have. */
export interface Share {
  readonly held: readonly Holding[]
  readonly surplus: ReadonlySet<number>
}

/** Positions, members and owners of the groups that read one topic. */
export class GroupTable {
  readonly #database: DatabaseSync
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  readonly #log: string

  /** `log` names the log that positions are positions in. */
  constructor(database: DatabaseSync, log: string) {
    this.#database = database
    this.#log = log
    this.#statements = prepareAll(database)
  }

  /**
   * Joins or stays in the group, removes dead members, and takes those of this member's partitions that nobody holds.
   * Partitions go round by the order of the members' ids; one that a living member still holds is left until it is
   * released, so that no two hold it.
   */
  renew(options: RenewOptions): Share {
    const { member, partitions, nowMs } = options
    const sql = this.#statements
    return inTransaction(this.#database, () => {
      sql.join.run(member.group, member.id, member.host, member.pid, nowMs + options.leaseMs)
      const members = this.#removeDead(options)
      for (let partition = 0; partition < partitions; partition += 1)
        sql.start.run(member.group, partition, this.#log)
      const isMine = (partition: number): boolean => members[partition % members.length] === member.id
      for (const row of sql.positions.all(member.group)) {
        const partition = numberIn(row, 'partition')
        if (isMine(partition) && isFree(row, members)) sql.take.run(member.id, member.group, partition)
      }
      const held = sql.held.all(member.group, member.id).map(toHolding)
      const surplus = held.map(({ partition }) => partition).filter((partition) => !isMine(partition))
      return { held, surplus: new Set(surplus) }
    })
  }

  /** False when the partition has another holder by now. */
  commit(group: string, holding: Holding, next: Position): boolean {
    const { changes } = this.#statements.commit.run(
      next.chunk,
      next.index,
      group,
      holding.partition,
      holding.epoch,
    )
    return Number(changes) > 0
  }

  release(group: string, holding: Holding): void {
    this.#statements.release.run(group, holding.partition, holding.epoch)
  }

  leave(member: Member): void {
    inTransaction(this.#database, () => {
      this.#statements.releaseAll.run(member.group, member.id)
      this.#statements.leave.run(member.group, member.id)
    })
  }

  /** Next position of each partition that the group has ever joined. */
  positions(group: string): ReadonlyMap<number, Position> {
    const rows = this.#statements.positions.all(group)
    return new Map(rows.map((row) => [numberIn(row, 'partition'), toPosition(row)]))
  }

  /** Up to which chunk every known group has read a partition; undefined when there is no group. */
  readByAll(partition: number): number | undefined {
    const row = this.#statements.readByAll.get(partition)
    return row && typeof row['chunk'] === 'number' ? row['chunk'] : undefined
  }

  #removeDead({ member, nowMs, isAlive }: RenewOptions): string[] {
    const living: string[] = []
    for (const row of this.#statements.members.all(member.group)) {
      const isGone = textIn(row, 'host') === member.host && !isAlive(numberIn(row, 'pid'))
      const id = textIn(row, 'member')
      if (isGone || numberIn(row, 'expires_at') < nowMs) this.#statements.leave.run(member.group, id)
      else living.push(id)
    }
    return living
  }
}

const SQL = {
  join: `INSERT INTO members (grp, member, host, pid, expires_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at`,
  leave: 'DELETE FROM members WHERE grp = ? AND member = ?',
  members: 'SELECT member, host, pid, expires_at FROM members WHERE grp = ? ORDER BY member',
  start: `INSERT OR IGNORE INTO positions (grp, partition, log, chunk, value, owner, epoch)
    VALUES (?, ?, ?, 0, 0, NULL, 0)`,
  positions: 'SELECT partition, chunk, value, owner, epoch FROM positions WHERE grp = ?',
  readByAll: 'SELECT min(chunk) AS chunk FROM positions WHERE partition = ?',
  held: 'SELECT partition, chunk, value, epoch FROM positions WHERE grp = ? AND owner = ?',
  take: 'UPDATE positions SET owner = ?, epoch = epoch + 1 WHERE grp = ? AND partition = ?',
  commit: 'UPDATE positions SET chunk = ?, value = ? WHERE grp = ? AND partition = ? AND epoch = ?',
  release: 'UPDATE positions SET owner = NULL WHERE grp = ? AND partition = ? AND epoch = ?',
  releaseAll: 'UPDATE positions SET owner = NULL WHERE grp = ? AND owner = ?',
} as const

function prepareAll(database: DatabaseSync): Readonly<Record<keyof typeof SQL, StatementSync>> {
  return {
    join: database.prepare(SQL.join),
    leave: database.prepare(SQL.leave),
    members: database.prepare(SQL.members),
    start: database.prepare(SQL.start),
    positions: database.prepare(SQL.positions),
    readByAll: database.prepare(SQL.readByAll),
    held: database.prepare(SQL.held),
    take: database.prepare(SQL.take),
    commit: database.prepare(SQL.commit),
    release: database.prepare(SQL.release),
    releaseAll: database.prepare(SQL.releaseAll),
  }
}

const isFree = (row: Row, members: readonly string[]): boolean =>
  row['owner'] === null || !members.includes(textIn(row, 'owner'))

const toPosition = (row: Row): Position => ({
  chunk: BigInt(numberIn(row, 'chunk')),
  index: numberIn(row, 'value'),
})

const toHolding = (row: Row): Holding => ({
  partition: numberIn(row, 'partition'),
  epoch: numberIn(row, 'epoch'),
  from: toPosition(row),
})
