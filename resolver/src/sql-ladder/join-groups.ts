/** Whether two things become one: in what order it is asked decides, where groups may not grow without end. */
export interface Link {
  readonly a: string
  readonly b: string
}

/** Groups of what is linked, each in the order of its links. A link that would make a group larger than `most` is refused. */
export function joinGroups(links: readonly Link[], most: number): readonly ReadonlySet<string>[] {
  const groups = new Map<string, Set<string>>()
  const groupOf = (id: string): Set<string> => {
    const group = groups.get(id) ?? new Set([id])
    groups.set(id, group)
    return group
  }
  for (const { a, b } of links) {
    const one = groupOf(a)
    const other = groupOf(b)
    if (one === other || one.size + other.size > most) continue
    for (const id of other) groups.set(id, one.add(id))
  }
  return [...new Set(groups.values())]
}
