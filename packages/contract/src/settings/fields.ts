import { z } from 'zod'

/** Kinds of value that several sections use. */
export const port = z.int().min(0).max(65535)
export const url = z.url({ protocol: /^https?$/ })
export const shortName = z.string().min(1).max(64)
