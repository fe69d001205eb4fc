import { randomUUID } from 'node:crypto'
import type { IdentityCommand } from '@leadline/contract'
import { planCommand, sendCommand, type OperatorPlan, type OperatorRequest } from '../src/control/operate.ts'
import { ErasureBook } from '../src/control/erasures.ts'
import { readMailLists } from '../src/profile/mail-domains.ts'
import { buildWorkspaces } from '../src/workspaces.ts'
import type { ResolverLab } from './resolver-lab.ts'
import { toSettings } from './settings.ts'

const lists = readMailLists()

export interface Operator {
  plan(request: OperatorRequest): Promise<OperatorPlan>
  /** Gives the command and waits until it is carried out. Throws where it is refused. */
  give(request: OperatorRequest): Promise<IdentityCommand>
}

/** Somebody at the console of one workspace; its clock is a minute further with each command. */
export function createOperator(lab: ResolverLab, workspace: number, startMs: number): Operator {
  let nowMs = startMs
  const plan = async (request: OperatorRequest): Promise<OperatorPlan> => {
    const erasures = new ErasureBook()
    await erasures.refresh(lab.warehouse)
    const known = buildWorkspaces(toSettings(workspace).workspaces, lists, erasures).get(workspace)
    if (!known) throw new Error('no workspace')
    nowMs += 60_000
    return await planCommand(
      { warehouse: lab.warehouse, workspace: known, actor: 'rosa', now: () => nowMs, newId: randomUUID },
      request,
    )
  }
  return {
    plan,
    give: async (request) => {
      const planned = await plan(request)
      if (!planned.ok) throw new Error(planned.reason)
      await sendCommand(lab.stream, planned.command)
      await lab.settle()
      return planned.command
    },
  }
}
