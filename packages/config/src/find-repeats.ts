import type { Settings } from '@leadline/contract'

/** Values that name one thing each, and so may stand once only. Ids and keys decide whose an event is. */
export function findRepeats({ workspaces }: Settings): string[] {
  const places = workspaces.flatMap((workspace, index) => [
    { what: 'id', where: `workspaces[${index}].id`, value: String(workspace.id) },
    { what: 'slug', where: `workspaces[${index}].slug`, value: workspace.slug },
    ...workspace.writeKeys.map(({ key }, at) => ({
      what: 'key',
      where: `workspaces[${index}].writeKeys[${at}].key`,
      value: key,
    })),
    ...workspace.secretKeys.map(({ key }, at) => ({
      what: 'key',
      where: `workspaces[${index}].secretKeys[${at}].key`,
      value: key,
    })),
  ])
  const first = new Map<string, string>()
  return places.flatMap(({ what, where, value }) => {
    const earlier = first.get(`${what} ${value}`)
    if (earlier !== undefined) return [`${where}: is the same as ${earlier}; each needs its own`]
    first.set(`${what} ${value}`, where)
    return []
  })
}
