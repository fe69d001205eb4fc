/** UInt64 and UInt128 in decimal: they do not fit a number. */
export type Big = string
/** `2026-11-21 10:00:00.000`, UTC. `toDateTime` writes it. */
export type DateTime = string
/** `2026-11-21`. */
export type Day = string
export type Uuid = string
