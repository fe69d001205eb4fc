/**
 * Whether a request comes from a person's browser, or from something that poses as one. Servers send events for
 * others: their own name and address say nothing about whom the events are of.
 */
export const isBrowser = (userAgent: string): boolean =>
  userAgent.startsWith('Mozilla/') || userAgent.startsWith('Opera/')
