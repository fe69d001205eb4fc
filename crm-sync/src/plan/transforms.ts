import type { TRANSFORMS } from '@leadline/contract'

export type Transform = (typeof TRANSFORMS)[number]

/** One line for each transform of the mapping. */
const BY_NAME: Readonly<Record<Transform, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  phone: (text) => toPhone(text),
  country_code: (text) => toCountryCode(text),
  first_name: (text) => text.split(/\s+/).slice(0, -1).join(' ') || text,
  last_name: (text) => text.split(/\s+/).at(-1) ?? '',
  domain: (text) => toDomain(text),
}

export const transformText = (text: string, transforms: readonly Transform[]): string =>
  transforms.reduce((value, name) => BY_NAME[name](value).trim(), text.trim())

/** Digits with a leading plus where one stood: `+49 (30) 12-34` becomes `+49301234`. */
function toPhone(text: string): string {
  const digits = text.replace(/\D/g, '')
  if (digits === '') return ''
  return /^\s*(?:\+|00)/.test(text) ? `+${digits.replace(/^00/, '')}` : digits
}

function toDomain(text: string): string {
  const address = /@([^@\s]+)$/.exec(text)?.[1]
  if (address !== undefined) return address.toLowerCase()
  const url = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '').replace(/\.$/, '') : ''
}

const REGIONS = [
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG',
  'CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FO FR GA GB GD GE GG GH GI',
  'GL GM GN GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY',
  'KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO',
  'NP NR NZ OM PA PE PG PH PK PL PR PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY',
  'SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW',
]
  .join(' ')
  .split(' ')

const ALIASES: Readonly<Record<string, string>> = {
  usa: 'US',
  'united states of america': 'US',
  uk: 'GB',
  england: 'GB',
  scotland: 'GB',
  deutschland: 'DE',
  österreich: 'AT',
  schweiz: 'CH',
  españa: 'ES',
  italia: 'IT',
  brasil: 'BR',
  'the netherlands': 'NL',
}

let codes: ReadonlyMap<string, string> | undefined

/** ISO 3166 code of a country given by code or English name; what is neither stays as it is. */
function toCountryCode(text: string): string {
  if (REGIONS.includes(text.toUpperCase())) return text.toUpperCase()
  codes ??= buildCodes()
  return codes.get(text.toLowerCase()) ?? text
}

function buildCodes(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region' })
  return new Map([
    ...REGIONS.map((code) => [(names.of(code) ?? code).toLowerCase(), code] as const),
    ...Object.entries(ALIASES),
  ])
}
