import { loadSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'

/** The settings file that the environment names. */
export const readConfig = (): Promise<Settings> => loadSettings(process.env)
