import { loadSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'

/** The file that LEADLINE_CONFIG names, with secrets from the environment. */
export const readConfig = (): Promise<Settings> => loadSettings(process.env)
