import { createClient, ClickHouseLogLevel, type ClickHouseClient } from '@clickhouse/client'

/** Where a ClickHouse is, embedded or a server. */
export interface WarehouseConnection {
  /** http(s)://host:port */
  readonly url: string
  readonly user: string
  readonly password: string
  /** Default `leadline`. */
  readonly database?: string | undefined
  /** How long a lost connection is tried again before the caller hears of it; default 10 s. */
  readonly retryLimitMs?: number | undefined
}

export const DEFAULT_DATABASE = 'leadline'

const REQUEST_TIMEOUT_MS = 120_000
const MAX_CONNECTIONS = 16
/** Below the keep-alive time of servers (3 s and more), so that no request goes out on a socket they just closed. */
const IDLE_SOCKET_MS = 2500

/** A client with the settings that all of our statements rely on. Bodies stay uncompressed: loopback costs nothing. */
export function createConnection(connection: WarehouseConnection, database: string): ClickHouseClient {
  return createClient({
    url: connection.url,
    username: connection.user,
    password: connection.password,
    database,
    application: 'leadline',
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: MAX_CONNECTIONS,
    keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS },
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      async_insert: 0,
      wait_end_of_query: 1,
      output_format_json_quote_64bit_integers: 1,
      input_format_skip_unknown_fields: 0,
      input_format_null_as_default: 0,
    },
  })
}
