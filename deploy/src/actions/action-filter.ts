import { LOG_KEYS, type LogFilter } from '@leadline/resolver/src/actions/operate.ts'
import { CommandError, type Flag } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'

export const filterFlag: Flag = {
  type: 'string',
  value: 'K=V,…',
  help: `Only what matches; keys: ${LOG_KEYS.join(', ')}`,
}

const KEYS: ReadonlySet<string> = new Set(LOG_KEYS)

/** `state=parked,rule=hot`. Throws CommandError for a key that is none. */
export function readActionFilter(flags: FlagValues): LogFilter {
  const pairs = (flags.text('filter') ?? '').split(',').filter((pair) => pair !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=')
      if (!KEYS.has(key) || value.length === 0)
        throw new CommandError(`--filter needs K=V with one of ${LOG_KEYS.join(', ')}, not "${pair}"`)
      return [key, value.join('=')]
    }),
  )
}
