import type { Check } from './source-tree.ts'

const SAYS_NOTHING =
  /^(?:.*-)?(utils?|helpers?|misc|manager)(?:-.*)?$|^(common|shared|service|core|lib|types)$/

/** A name says what the file decides or does. */
export const checkForbiddenNames: Check = (files) =>
  files.flatMap(({ path }) => {
    const bad = path
      .split('/')
      .map((part) => part.replace(/\.[a-z.]+$/, ''))
      .find((stem) => SAYS_NOTHING.test(stem))
    return bad === undefined
      ? []
      : [{ path, line: 0, message: `the name "${bad}" says nothing; say what it does` }]
  })
