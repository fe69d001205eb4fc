import {
  settingsSchema,
  type IdentityLimits,
  type Settings,
  type WorkspaceSettings,
} from '@leadline/contract'

export const IDENTITY_KEY = 'an identity key of the tests'

/** Limits that small worlds reach. */
export const TIGHT_LIMITS = {
  mailsPerUser: 3,
  sharedMailsPerUser: 2,
  sharedCookiesPerUser: 2,
  usersPerMail: 2,
  cookiesPerMail: 3,
  usersPerLead: 3,
}

/**
 * Settings of workspaces 1 to `count`: same keys, so that equal events have equal ids in each. `further`: other sections.
 * Nothing is compared by itself at a time of day, which would mend what a test has broken.
 */
export const toSettings = (
  count: number,
  identity: Partial<IdentityLimits> = {},
  further: Readonly<Record<string, unknown>> = {},
): Settings =>
  settingsSchema.parse({
    workspaces: Array.from({ length: count }, (_, i) => ({
      id: i + 1,
      slug: `w${i + 1}`,
      identityKey: IDENTITY_KEY,
      identity: { nightlyCheckHour: null, ...identity },
      ...further,
      writeKeys: [{ name: 'site', key: `public-key-of-tests-${i + 1}` }],
    })),
    stream: { kind: 'embedded', directory: 'unused' },
    warehouse: {
      kind: 'embedded',
      directory: 'unused',
      url: 'http://127.0.0.1:1',
      password: 'unused',
      readerPassword: 'unused',
    },
  })

export function toWorkspaceSettings(identity: Partial<IdentityLimits> = {}): WorkspaceSettings {
  const [workspace] = toSettings(1, identity).workspaces
  if (!workspace) throw new Error('no workspace')
  return workspace
}
