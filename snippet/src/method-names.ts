/** Put in by the build: Ripe has two calls more. */
declare const LEADLINE_IS_RIPE: boolean

/** Every method of the tag. A stub that was pasted before a method existed gets it when the script arrives. */
export const METHOD_NAMES = [
  'identify',
  'track',
  'page',
  'group',
  'alias',
  'reset',
  'ready',
  'flush',
  'user',
  'setAnonymousId',
  'consent',
  'optOut',
  'debug',
  ...(LEADLINE_IS_RIPE ? ['init', 'setIds'] : []),
]
