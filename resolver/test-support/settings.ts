import { settingsSchema, type Settings, type WorkspaceSettings } from '@leadline/contract'

export const IDENTITY_KEY = 'an identity key of the tests'

/** Settings of workspaces 1 to `count`: same keys, so that equal events have equal ids in each. */
export const toSettings = (count: number): Settings =>
  settingsSchema.parse({
    workspaces: Array.from({ length: count }, (_, i) => ({
      id: i + 1,
      slug: `w${i + 1}`,
      identityKey: IDENTITY_KEY,
      writeKeys: [{ name: 'site', key: 'public-key-of-tests' }],
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

export function toWorkspaceSettings(): WorkspaceSettings {
  const [workspace] = toSettings(1).workspaces
  if (!workspace) throw new Error('no workspace')
  return workspace
}
