import { loadSettings } from '@leadline/config'
import type { Settings } from '@leadline/contract'

/** The file that LEADLINE_CONFIG names, with secrets from the environment. */
export const readConfig = (): Promise<Settings> => loadSettings(process.env)

/** As the environment names them, in the words of everybody's tools. */
export type Proxies = Readonly<Record<string, string | undefined>>

/** The way out of this network; hosts in NO_PROXY are reached without it. */
export function readProxies(): Proxies {
  const { https_proxy, http_proxy, no_proxy, HTTPS_PROXY, HTTP_PROXY, NO_PROXY } = process.env
  return { https_proxy, http_proxy, no_proxy, HTTPS_PROXY, HTTP_PROXY, NO_PROXY }
}
