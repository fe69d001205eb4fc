import type { Feature } from '../tag-host.ts'
import { host } from '../tag-host.ts'
import { readCookie, writeCookie } from './cookie.ts'

const NAME = 'leadline_id'
/** Beside a cookie that the collector has written again, for as long as that one lives. */
const KEPT = 'leadline_kept'

/**
 * The anonymous id in a cookie that all sub-domains of the registrable domain share. Each page renews its life,
 * but not where the collector does: in Safari a script's cookie lives shorter than a server's.
 */
export const cookie: Feature = () => {
  host.sharedId = {
    readId: () => readCookie(NAME),
    writeId(id) {
      const isKept = readCookie(KEPT)
      if (isKept && readCookie(NAME) === id) return
      writeCookie(NAME, id)
      if (isKept) writeCookie(KEPT)
    },
  }
}
