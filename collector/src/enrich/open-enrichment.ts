import type { CollectorSettings } from '@leadline/contract'
import { createBotCheck } from './bot-check.ts'
import { createEnrich, type Enrich } from './enrich.ts'
import { openGeo } from './geo.ts'

/** What the settings say about bots and places. Throws when the database of places cannot be read. */
export async function openEnrichment({
  bots,
  geo,
}: Pick<CollectorSettings, 'bots' | 'geo'>): Promise<{ bots: 'mark' | 'drop'; enrich: Enrich }> {
  const findPlace = geo.file === undefined ? undefined : await openGeo(geo.file)
  return {
    bots,
    enrich: createEnrich({
      isBot: createBotCheck(),
      findPlace: findPlace && (({ address }) => findPlace(address)),
    }),
  }
}
