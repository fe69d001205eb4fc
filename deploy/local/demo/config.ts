import { loadSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'

/** Settings of the instance whose people the demo site shows. */
export const loadDemoSettings = (): Promise<Settings> => loadSettings(process.env)
