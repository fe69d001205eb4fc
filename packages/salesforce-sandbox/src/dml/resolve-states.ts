import { COUNTRIES, type Country } from '../schema/countries.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { addressPrefixes } from '../schema/state-picklists.ts'
import type { FieldValues } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml } from './dml-result.ts'
import { toValues, type Input } from './read-input.ts'

interface Saving {
  readonly object: ObjectDefinition
  readonly input: Input
  readonly before: FieldValues | undefined
}

/** Where states and countries are picklists: names give their codes, codes their names, and both must be known. */
export function resolveStates(dml: Dml, saving: Saving): Checked<Input> {
  const { object, input, before } = saving
  if (!dml.org.settings.features.statePicklists) return pass(input)
  const given = toValues(input)
  const resolved = new Map(input)
  for (const prefix of addressPrefixes(object)) {
    if (!PARTS.some((part) => `${prefix}${part}` in given)) continue
    const place = findPlace({ prefix, given, values: { ...before, ...given } })
    if (!place.ok) return place
    for (const [part, value] of Object.entries(place.value)) {
      const field = dml.org.schema.field(object, `${prefix}${part}`)
      if (field) resolved.set(field, value)
    }
  }
  return pass(resolved)
}

const PARTS = ['State', 'StateCode', 'Country', 'CountryCode'] as const

type Place = Readonly<Record<(typeof PARTS)[number], string | null>>

interface Address {
  readonly prefix: string
  /** What this save says. */
  readonly given: FieldValues
  /** What the record has with it. */
  readonly values: FieldValues
}

function findPlace(address: Address): Checked<Place> {
  const country = pickText(address, 'Country')
  const known = country === null ? undefined : findCountry(country)
  if (country !== null && !known) return wrongPlace(address, 'Country', BAD_COUNTRY)
  const text = pickText(address, 'State')
  if (text === null) return pass(toPlace(known, undefined))
  if (!known) return wrongPlace(address, 'State', NO_COUNTRY)
  const state = Object.entries(known.states).find((entry) => entry.some((word) => isSame(word, text)))
  return state ? pass(toPlace(known, state)) : wrongPlace(address, 'State', BAD_STATE)
}

/** A code that is given, else a name that is given, else what the record has. */
function pickText({ prefix, given, values }: Address, part: 'State' | 'Country'): string | null {
  const [code, name] = [`${prefix}${part}Code`, `${prefix}${part}`]
  const value = code in given ? given[code] : values[name]
  return typeof value === 'string' ? value : null
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const findCountry = (text: string): Country | undefined =>
  COUNTRIES.find(({ code, name }) => isSame(code, text) || isSame(name, text))

function toPlace(country: Country | undefined, state: readonly [string, string] | undefined): Place {
  return {
    Country: country?.name ?? null,
    CountryCode: country?.code ?? null,
    State: state?.[1] ?? null,
    StateCode: state?.[0] ?? null,
  }
}

const BAD_COUNTRY =
  "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries."
const BAD_STATE =
  "There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states."
const NO_COUNTRY = 'A country/territory must be specified before specifying a state value for field'

function wrongPlace({ prefix }: Address, part: string, problem: string): Checked<Place> {
  const label = `${prefix} ${part === 'State' ? 'State/Province' : 'Country'}`.trim()
  const fields = [`${prefix}${part}`]
  return refuse(dmlError('FIELD_INTEGRITY_EXCEPTION', `${problem}: ${label}`, { fields }))
}
