import type { ReactNode } from 'react'
import type * as browser from '../npm/public-api.ts'

/** What `@leadline/browser/react` promises; becomes its `react.d.ts`. */

/** The calls of `@leadline/browser`. */
export type Leadline = Pick<
  typeof browser,
  'track' | 'page' | 'identify' | 'group' | 'alias' | 'reset' | 'flush' | 'user' | 'setConsent' | 'setOptOut'
>

export interface LeadlineProviderProps {
  readonly options: browser.LoadOptions
  /** What the application shows, such as its path: a page call for the first and for each change. None without it. */
  readonly route?: string | undefined
  /** In the place of the real calls, for tests and design pages; nothing is loaded then. */
  readonly client?: Leadline | undefined
  readonly children?: ReactNode
}

/** Loads the tag once and makes the page calls. Its options are those of the first rendering. */
export declare function LeadlineProvider(props: LeadlineProviderProps): ReactNode

/** The calls of the provider above; without one, the real ones. */
export declare function useLeadline(): Leadline
