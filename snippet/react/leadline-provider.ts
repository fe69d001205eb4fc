import { createContext, createElement, useContext, useEffect, useRef, type ReactNode } from 'react'
import {
  alias,
  flush,
  group,
  identify,
  load,
  page,
  reset,
  setConsent,
  setOptOut,
  track,
  user,
} from '../npm/index.ts'
import type { Leadline, LeadlineProviderProps } from './public-api.ts'

const browser: Leadline = {
  track,
  page,
  identify,
  group,
  alias,
  reset,
  flush,
  user,
  setConsent,
  setOptOut,
}

const Calls = createContext(browser)

export const useLeadline = (): Leadline => useContext(Calls)

export function LeadlineProvider({ options, route, client, children }: LeadlineProviderProps): ReactNode {
  const calls = client ?? browser
  const first = useRef(options)
  const shown = useRef<string>(undefined)
  useEffect(() => {
    if (calls === browser) load(first.current)
  }, [calls])
  useEffect(() => {
    // React runs effects twice in its strict mode: a page is one page all the same.
    if (route === undefined || route === shown.current) return
    shown.current = route
    void calls.page()
  }, [calls, route])
  return createElement(Calls.Provider, { value: calls }, children)
}
