import { stringify } from 'yaml'

/** Plain values as YAML text that `readYaml` reads back. */
export const writeYaml = (document: unknown): string => stringify(document)
