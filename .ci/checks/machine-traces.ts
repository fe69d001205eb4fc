import { matchLines, type Check } from './source-tree.ts'

const MACHINE_PATH = /(?:^|[^A-Za-z0-9_.-])\/(?:work|root|farm|home\/[a-z]+)\//
const REGISTRY = /registry\.npmjs|repo1?\.maven|deb\.debian|artifactory|"resolved": "https?:/

/** The repository runs anywhere: no path of one machine, no address of one registry. */
export const checkMachineTraces: Check = (files) =>
  files
    .filter(({ path }) => !path.startsWith('.ci/checks/'))
    .flatMap((file) => [
      ...matchLines(file, MACHINE_PATH, 'names a path of one machine'),
      ...matchLines(file, REGISTRY, 'names a registry host; use package names'),
    ])
