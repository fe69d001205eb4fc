import type { Feature } from './tag-host.ts'

/** By name. The build puts those of its bundle in the place of this module. */
export const features: Readonly<Record<string, Feature>> = {}
