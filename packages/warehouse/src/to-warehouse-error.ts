import { ClickHouseError } from '@clickhouse/client'
import { isConnectionFailure } from './retry.ts'
import { WarehouseError } from './warehouse.ts'

/** Errors about statements, limits and states. The texts of all others may quote rows, which may be personal data. */
const PLAIN_TEXT: ReadonlySet<number> = new Set([
  16, 42, 43, 46, 47, 57, 60, 62, 81, 115, 159, 164, 179, 183, 184, 202, 215, 236, 241, 242, 243, 252, 373,
  386, 394, 403, 456, 497, 516,
])

/** In the system's words: how a disk that takes nothing any more comes out of the engine, under a code for anything. */
const DISK_TROUBLE = /Read-only file system|No space left on device|Permission denied|Input\/output error/

export function toWarehouseError(error: unknown): WarehouseError {
  if (error instanceof ClickHouseError) return new WarehouseError(toMessage(error), Number(error.code))
  if (isConnectionFailure(error)) {
    const message = 'ClickHouse cannot be reached; is it running at the configured url?'
    return new WarehouseError(message, undefined, { cause: error })
  }
  return new WarehouseError('the exchange with ClickHouse failed', undefined, { cause: error })
}

function toMessage(error: ClickHouseError): string {
  const name = `ClickHouse error ${error.code} ${error.type ?? ''}`.trim()
  if (PLAIN_TEXT.has(Number(error.code))) return `${name}: ${error.message}`
  const row = /\(at row \d+\)/.exec(error.message)?.[0]
  const column = /(?:value of key|converting column) "?\w+"?/.exec(error.message)?.[0]
  const disk = DISK_TROUBLE.exec(error.message)?.[0]
  return [name, column, row, disk].filter((part) => part !== undefined).join(' ')
}
