import { loadSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'
import { z } from 'zod'

/** Settings of the instance whose people the demo site shows. */
export const loadDemoSettings = (): Promise<Settings> => loadSettings(process.env)

const optionsSchema = z.strictObject({
  host: z.string(),
  port: z.int().min(0).max(65_535),
  /** Where pages find the tag and send their events. */
  collectorUrl: z.url(),
})

/** The one argument of the process, as JSON. */
export const parseDemoOptions = (argument = '{}'): z.output<typeof optionsSchema> =>
  optionsSchema.parse(JSON.parse(argument))
