/** Structured logging: one JSON object a line. No personal data, no keys, no whole events: callers pass counts and ids. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  /** Something needs a person, or would lose its cause if it were not written down here. */
  error(message: string, error: unknown, fields?: LogFields): void
}

export type LogLevel = 'info' | 'warn' | 'error'

/** `write` gets one line of JSON without its line break. */
export function createLog(service: string, write: (line: string, level: LogLevel) => void): Log {
  const emit = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    write(JSON.stringify({ time: new Date().toISOString(), level, service, message, ...fields }), level)
  }
  return {
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, error, fields) => emit('error', message, { ...fields, error: describeError(error) }),
  }
}

/** Name and message of an error and its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (cause: ${describeError(error.cause)})`
  return `${error.name}: ${error.message}${cause}`
}
