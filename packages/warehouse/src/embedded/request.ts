import type { IncomingMessage } from 'node:http'
import { findRole, readCredentials, type Account, type Role } from './auth.ts'
import { readBody, requireWhole, type Body } from './body.ts'
import { ClickHouseException } from './errors.ts'
import { parseStatement, type Statement } from './statement.ts'

/** One HTTP request of ClickHouse's interface, read and checked. */
export interface EngineRequest {
  readonly role: Role
  readonly statement: Statement
  /** Rows of an INSERT; only with the statement in the URL. */
  readonly data: Body | undefined
  readonly database: string | undefined
  /** Output format when the statement names none. */
  readonly format: string
  readonly settings: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, string>>
  readonly session: { readonly id: string; readonly timeoutMs: number } | undefined
  readonly gzip: boolean
  /** The answer starts only when it is complete. */
  readonly wait: boolean
}

/** Names of the URL that belong to the interface and are not settings. */
const INTERFACE_NAMES: ReadonlySet<string> = new Set(
  (
    'query query_id database default_format session_id session_timeout session_check user password role quota_key ' +
    'buffer_size wait_end_of_query compress decompress stacktrace client_protocol_version enable_http_compression ' +
    'http_zlib_compression_level send_progress_in_http_headers http_headers_progress_interval_ms ' +
    'http_response_buffer_size http_write_exception_in_output_format cancel_http_readonly_queries_on_client_close ' +
    'network_compression_method'
  ).split(' '),
)

const DEFAULT_SESSION_TIMEOUT_S = 60
const MAX_SESSION_TIMEOUT_S = 3600

export interface RequestLimits {
  /** Longest body that is held in memory; the rows of a longer one go to their file as they come. */
  readonly maxBodyBytes: number
}

/** Throws ClickHouseException for whatever cannot be accepted; the credentials are looked at first. */
export async function readRequest(
  request: IncomingMessage,
  accounts: readonly Account[],
  limits: RequestLimits,
): Promise<EngineRequest> {
  const search = new URL(request.url ?? '/', 'http://localhost').searchParams
  const role = authenticate(request, search, accounts)
  const { query, data, names } = await readQuery(request, search, limits)
  const parsed = parseStatement(query)
  if (!parsed.ok) throw new ClickHouseException(62, 'SYNTAX_ERROR', parsed.reason)
  const { params, settings } = splitNames(names)
  return {
    role,
    statement: parsed.statement,
    data,
    params,
    settings: request.method === 'GET' ? { ...settings, readonly: '2' } : settings,
    database: search.get('database') ?? undefined,
    format: search.get('default_format') ?? 'TabSeparated',
    session: readSession(search),
    gzip:
      search.get('enable_http_compression') === '1' &&
      /\bgzip\b/.test(String(request.headers['accept-encoding'])),
    wait: search.get('wait_end_of_query') === '1',
  }
}

function authenticate(request: IncomingMessage, search: URLSearchParams, accounts: readonly Account[]): Role {
  const credentials = readCredentials(request.headers, search)
  const role = findRole(credentials, accounts)
  if (role) return role
  const message = `${credentials?.user ?? 'default'}: Authentication failed: password is incorrect, or there is no user with such name`
  throw new ClickHouseException(516, 'AUTHENTICATION_FAILED', message)
}

interface QueryParts {
  readonly query: string
  readonly data: Body | undefined
  readonly names: Iterable<[string, string]>
}

/** The statement is in the URL, in the body, or half in each; multipart bodies carry long parameters beside it. */
async function readQuery(
  request: IncomingMessage,
  search: URLSearchParams,
  limits: RequestLimits,
): Promise<QueryParts> {
  const inUrl = search.get('query')
  const body = await readBody(request, limits.maxBodyBytes)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return await readMultipart(requireWhole(body), type, search)
  if (inUrl === null) return { query: requireWhole(body).toString('utf8'), data: undefined, names: search }
  const isEmpty = body.kind === 'whole' && body.chunks.length === 0
  return { query: inUrl, data: isEmpty ? undefined : body, names: search }
}

async function readMultipart(bytes: Buffer, type: string, search: URLSearchParams): Promise<QueryParts> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const fields = [...form].filter((field): field is [string, string] => typeof field[1] === 'string')
  const query = fields.find(([name]) => name === 'query')?.[1] ?? search.get('query') ?? ''
  return { query, data: undefined, names: [...search, ...fields] }
}

function splitNames(names: Iterable<[string, string]>) {
  const params: Record<string, string> = {}
  const settings: Record<string, string> = {}
  for (const [name, value] of names) {
    if (INTERFACE_NAMES.has(name)) continue
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw new ClickHouseException(115, 'UNKNOWN_SETTING', `Unknown setting ${name}`)
    if (name.startsWith('param_')) params[name] = value
    else settings[name] = value
  }
  return { params, settings }
}

function readSession(search: URLSearchParams): EngineRequest['session'] {
  const id = search.get('session_id')
  if (!id) return undefined
  const seconds = Number(search.get('session_timeout') ?? DEFAULT_SESSION_TIMEOUT_S)
  if (!(seconds > 0 && seconds <= MAX_SESSION_TIMEOUT_S)) {
    throw new ClickHouseException(
      36,
      'BAD_ARGUMENTS',
      `session_timeout must be 1 to ${MAX_SESSION_TIMEOUT_S} s`,
    )
  }
  return { id, timeoutMs: seconds * 1000 }
}
