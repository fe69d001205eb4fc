/** What a call is for, most important first: when calls get short, the last lanes stop first. */
export const LANES = ['owner', 'qualification', 'fields', 'timeline', 'backfill'] as const
export type Lane = (typeof LANES)[number]

/** Of our own share of the day's calls, how much may be used up while the lane still goes on. */
export const SHARE_OF_LANE: Readonly<Record<Lane, number>> = {
  owner: 1,
  qualification: 0.95,
  fields: 0.85,
  timeline: 0.75,
  backfill: 0.6,
}

/** 0 for the most important. */
export const rankOf = (lane: Lane): number => LANES.indexOf(lane)
