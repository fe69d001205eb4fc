import type { DryRun, PlannedWrite } from '@leadline/crm-sync/operate'
import { formatCount } from '../terminal/table.ts'

/** A dry run for people: each record with its fields, then the sums. */
export function describeDryRun(run: DryRun): readonly string[] {
  return [
    ...run.problems.map((problem) => `mapping: ${problem}`),
    ...run.operations.flatMap(describeWrite),
    ...run.parked.map(({ object, code, message }) => `waits for a person: ${object} ${code}: ${message}`),
    ...run.leftOut.map((signature) => `left out: ${signature}`),
    sumUp(run),
  ]
}

const describeWrite = ({ action, object, crmId, id, fields }: PlannedWrite): readonly string[] => [
  `${action} ${object} ${crmId === '' ? `(new, for ${id})` : crmId}`,
  ...Object.entries(fields).map(
    ([name, { old, new: value, note }]) =>
      `    ${name}: ${show(old)} -> ${show(value)}${note === undefined ? '' : ` (${note})`}`,
  ),
]

const show = (value: unknown): string => (value === null ? 'empty' : JSON.stringify(value))

function sumUp({ operations, parked, skipped, writeCalls }: DryRun): string {
  const count = (action: PlannedWrite['action']): string =>
    formatCount(operations.filter((operation) => operation.action === action).length)
  return (
    `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete; ` +
    `${formatCount(parked.length)} wait for a person, ${formatCount(skipped)} stay out by rule; ` +
    `about ${formatCount(writeCalls)} API calls for the writes`
  )
}
