import { settingsSchema } from '@leadline/contract'
import { z } from 'zod'

const { address, bots } = settingsSchema.shape.collector.unwrap().shape
const { id, writeKeys, secretKeys } = settingsSchema.shape.workspaces.element.shape

/** What an edge is told, as JSON in the binding `LEADLINE_EDGE`: a part of leadline.yaml, and where its region is. */
export const edgeSettingsSchema = z.strictObject({
  region: z.url().describe('The regional collector'),
  secret: z.string().min(16).describe('collector.edge.secret of the region'),
  workspaces: z.array(z.strictObject({ id, writeKeys, secretKeys })).min(1),
  address,
  bots,
  countryHeader: z
    .string()
    .toLowerCase()
    .default('cf-ipcountry')
    .describe('Header in which the platform says the country of the visitor'),
  publicUrl: z.url().optional(),
})

export type EdgeSettings = z.output<typeof edgeSettingsSchema>
