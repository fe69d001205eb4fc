import {
  COMPANY_FIRST,
  COMPANY_SECOND,
  FIRST_NAMES,
  JOB_TITLES,
  LAST_NAMES,
} from '../../src/simulate/invented-names.ts'

/** Somebody whom nobody knows yet: what the forms of the demo site are filled with. */
export interface InventedVisitor {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly company: string
  readonly jobTitle: string
  /** What the database of the demo product would have given to a new user. */
  readonly userId: string
}

/** `random` gives numbers from 0 to below 1. */
export function inventVisitor(random: () => number): InventedVisitor {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? ''
  const firstName = pick(FIRST_NAMES)
  const lastName = pick(LAST_NAMES)
  const company = `${pick(COMPANY_FIRST)} ${pick(COMPANY_SECOND)}`
  return {
    firstName,
    lastName,
    company,
    jobTitle: pick(JOB_TITLES),
    email: `${firstName}.${lastName}@${company.replace(' ', '-')}.com`.toLowerCase(),
    userId: `usr_${Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0')}`,
  }
}
