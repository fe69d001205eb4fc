import { loadSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'

/** The only reader of this process's environment. */
export const readConfig = (): Promise<Settings> => loadSettings(process.env)
