import { z } from 'zod'

export const SYSTEM_RIGHTS = [
  'ApiEnabled',
  'ModifyAllData',
  'ViewAllData',
  'CustomizeApplication',
  'ModifyMetadata',
  'BulkApiHardDelete',
  'UseAnyApiClient',
] as const
export type SystemRight = (typeof SYSTEM_RIGHTS)[number]

const right = z.boolean().optional()

/** A right given or taken after the fact; the last one that speaks of a right decides. */
export const permissionSchema = z.strictObject({
  /** Id or user name; everyone when not given. */
  user: z.string().optional(),
  /** `Lead`: its create, edit, delete and read rights, and those over the records of others. */
  object: z.string().optional(),
  /** `Lead.Title`: field-level security. */
  field: z.string().optional(),
  /** `Lead.Partner`: whether the user may give it to a record, and whether it is the usual one; `Lead.Master` for none. */
  recordType: z.string().optional(),
  visible: right,
  isDefault: right,
  read: right,
  create: right,
  edit: right,
  delete: right,
  viewAll: right,
  modifyAll: right,
  system: z.partialRecord(z.enum(SYSTEM_RIGHTS), z.boolean()).optional(),
})
export type PermissionChange = z.infer<typeof permissionSchema>

/** Who sees and edits the records of others, by object; open to all when not named. */
export const sharingSchema = z.record(z.string(), z.enum(['private', 'read', 'readwrite']))
