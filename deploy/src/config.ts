import type { Environment } from '@leadline/config'

/** The only place of this folder that sees the environment of the process. */
export const readEnvironment = (): Environment => process.env
