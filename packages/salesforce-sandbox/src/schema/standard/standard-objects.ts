import type { ObjectDefinition } from '../schema-model.ts'
import { account, contact, lead } from './people.ts'
import { campaign, campaignMember, event, opportunity, opportunityContactRole, task } from './sales.ts'
import {
  assignmentRule,
  group,
  groupMember,
  leadStatus,
  opportunityStage,
  organization,
  permissionSet,
  permissionSetAssignment,
  queueSobject,
  recordType,
  user,
} from './setup.ts'

/** Every object an org has before any package is installed. One more: define it and add it here. */
export const STANDARD_OBJECTS: readonly ObjectDefinition[] = [
  account,
  assignmentRule,
  campaign,
  campaignMember,
  contact,
  event,
  group,
  groupMember,
  lead,
  leadStatus,
  opportunity,
  opportunityContactRole,
  opportunityStage,
  organization,
  permissionSet,
  permissionSetAssignment,
  queueSobject,
  recordType,
  task,
  user,
]
