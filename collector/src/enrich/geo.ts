import { readFile } from 'node:fs/promises'
import { Reader } from 'mmdb-lib'
import { z } from 'zod'

export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  /** Name of the largest subdivision, in English. */
  readonly region?: string | undefined
}

/** Where an address is, as far as the database knows. Undefined for no address. */
export type FindPlace = (address: string | undefined) => Place | undefined

/** What is read of a record; the databases of MaxMind, DB-IP and IPinfo's free ones differ in the rest. */
const recordSchema = z.object({
  country: z.object({ iso_code: z.string() }).optional().catch(undefined),
  country_code: z.string().optional().catch(undefined),
  subdivisions: z
    .array(z.object({ names: z.object({ en: z.string() }) }))
    .optional()
    .catch(undefined),
})

/** Reads an MMDB file into memory. Throws with the file's name when it is none. */
export async function openGeo(file: string): Promise<FindPlace> {
  try {
    return createGeo(await readFile(file))
  } catch (error) {
    throw new Error(`collector.geo.file: ${file} cannot be read as an MMDB database; correct the path`, {
      cause: error,
    })
  }
}

export function createGeo(database: Buffer): FindPlace {
  const reader = new Reader(database)
  return (address) => {
    if (address === undefined) return undefined
    const record = recordSchema.safeParse(find(reader, address))
    if (!record.success) return undefined
    const { country, country_code, subdivisions } = record.data
    return { country: country?.iso_code ?? country_code, region: subdivisions?.[0]?.names.en }
  }
}

/** A database of IPv4 alone throws at an IPv6 address: then it knows nothing of it. */
function find(reader: Reader<object>, address: string): unknown {
  try {
    return reader.get(address)
  } catch {
    return undefined
  }
}
