import { toDefinitions } from '../build-tag.ts'

/** What the build puts in, for tests that import the sources; to be imported before them. */
for (const [name, json] of Object.entries(toDefinitions({}))) Reflect.set(globalThis, name, JSON.parse(json))
