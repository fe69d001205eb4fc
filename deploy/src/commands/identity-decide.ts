import type { Command } from '../command.ts'
import { createOperatorCommand } from '../identity/run-operator-command.ts'

/** What operators decide about identities; each is undone by `identity undo`, but for erase. */
export const identityCommands: readonly Command[] = [
  createOperatorCommand({
    name: 'identity join',
    summary: 'make two leads one',
    operands: ['A', 'B'],
    toRequest: (flags) => ({ action: 'join', a: flags.operand(0), b: flags.operand(1) }),
  }),
  createOperatorCommand({
    name: 'identity split',
    summary: 'take the cookie, mail or user id A off the lead B',
    operands: ['A', 'B'],
    toRequest: (flags) => ({ action: 'part', a: flags.operand(0), b: flags.operand(1) }),
  }),
  createOperatorCommand({
    name: 'identity quarantine',
    summary: 'put a lead aside: nobody, and from now on not in the CRM',
    operands: ['A'],
    toRequest: (flags) => ({ action: 'quarantine', a: flags.operand(0) }),
  }),
  createOperatorCommand({
    name: 'identity release',
    summary: 'take a lead out of quarantine',
    operands: ['A'],
    toRequest: (flags) => ({ action: 'release', a: flags.operand(0) }),
  }),
  createOperatorCommand({
    name: 'identity erase',
    summary: 'delete a person for good, with everything until now',
    operands: ['A'],
    toRequest: (flags) => ({ action: 'erase', a: flags.operand(0) }),
  }),
  createOperatorCommand({
    name: 'identity undo',
    summary: 'take a command back',
    operands: ['COMMAND'],
    toRequest: (flags) => ({ action: 'undo', command: flags.operand(0) }),
  }),
]
