import {
  COMPANY_FIRST,
  COMPANY_SECOND,
  FIRST_NAMES,
  JOB_TITLES,
  LAST_NAMES,
  MAIL_PROVIDERS,
  PLACEHOLDER_MAILS,
} from './invented-names.ts'
import type { SeededRandom } from './seeded-random.ts'

export interface Company {
  readonly name: string
  readonly domain: string
  readonly employees: number
}

export interface Person {
  readonly userId: string
  readonly firstName: string
  readonly lastName: string
  readonly title: string
  readonly email: string
  /** Undefined for those who use a private address, or a placeholder. */
  readonly company: Company | undefined
}

const SHARE_OF_PLACEHOLDERS = 0.04
const SHARE_OF_PRIVATE_MAIL = 0.14
/** So that several visitors are of one company. */
const VISITORS_PER_COMPANY = 4

export function inventCompany(world: SeededRandom, number: number): Company {
  const random = world.fork(`company ${number}`)
  const words = [random.pick(COMPANY_FIRST), random.pick(COMPANY_SECOND)] as const
  return {
    name: words.join(' '),
    domain: `${words.join('-').toLowerCase()}.com`,
    employees: random.between(8, 4000),
  }
}

/** A person, and where they work. `world` has the companies that all share. */
export function inventPerson(world: SeededRandom, random: SeededRandom, visitors: number): Person {
  const firstName = random.pick(FIRST_NAMES)
  const lastName = random.pick(LAST_NAMES)
  const identity = {
    userId: `u_${random.uuid().slice(0, 13)}`,
    firstName,
    lastName,
    title: random.pick(JOB_TITLES),
  }
  const local = `${firstName}.${lastName}`.toLowerCase()
  const number = random.between(0, Math.floor(visitors / VISITORS_PER_COMPANY))
  if (random.isHit(SHARE_OF_PLACEHOLDERS))
    return { ...identity, email: random.pick(PLACEHOLDER_MAILS), company: undefined }
  if (random.isHit(SHARE_OF_PRIVATE_MAIL)) {
    const email = `${local}${random.between(10, 99)}@${random.pick(MAIL_PROVIDERS)}`
    return { ...identity, email, company: undefined }
  }
  const company = inventCompany(world, number)
  return { ...identity, email: `${local}@${company.domain}`, company }
}
