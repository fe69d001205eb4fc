import type { Feature } from '../tag-host.ts'
import { host } from '../tag-host.ts'
import { readCookie, writeCookie } from './cookie.ts'

const NAME = 'leadline_id'

/** The anonymous id in a cookie that all sub-domains of the registrable domain share. Each page renews its life. */
export const cookie: Feature = () => {
  host.sharedId = { read: () => readCookie(NAME), write: (id) => writeCookie(NAME, id) }
}
