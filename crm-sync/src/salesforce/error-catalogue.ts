/**
 * What to do about an answer.
 * `retry`: the same again later. `unknown`: it may have been carried out, so read before anything else and never send
 * it again. `budget`: stop until calls are left. `auth`: the connection needs a person. `repair`: plan again, the record
 * is not what we thought. `config`: an administrator must act. `data`: this record cannot be written as it is.
 * `bug`: our request was wrong.
 */
export type ErrorClass = 'retry' | 'unknown' | 'budget' | 'auth' | 'repair' | 'config' | 'data' | 'bug'

export interface CatalogueEntry {
  readonly class: ErrorClass
  /** What a person can do about it. */
  readonly advice: string
}

const LOGIN = 'run `leadline salesforce connect`, or see to the app and its user in Salesforce'
const ACCESS = 'assign the permission set Leadline Integration to the connected user, or show it the field'
const VALUE = 'correct the value in Salesforce or the mapping; the record is tried again on its next change'
const WAIT = 'nothing; it is tried again'
const REREAD = 'nothing; the record is read again and planned anew'
const REPORT = 'report it: the request itself was wrong'
const CONFIG = 'see to the setting of the org that the message names'
const APP = 'compare clientId, secret and flow with the app in Salesforce'

/** The codes of Salesforce, and in lower case those of its token endpoint and our own. One line for each. */
const LINES: readonly (readonly [code: string, errorClass: ErrorClass, advice: string])[] = [
  ['INVALID_SESSION_ID', 'auth', LOGIN],
  ['INVALID_AUTH_HEADER', 'bug', REPORT],
  ['API_DISABLED_FOR_ORG', 'auth', 'give the connected user the permission API Enabled'],
  ['API_CURRENTLY_DISABLED', 'auth', 'give the connected user the permission API Enabled'],
  ['SERVER_UNAVAILABLE', 'retry', WAIT],
  ['UNABLE_TO_LOCK_ROW', 'retry', WAIT],
  ['UNKNOWN_EXCEPTION', 'retry', WAIT],
  ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', 'retry', WAIT],
  ['FUNCTIONALITY_TEMPORARILY_UNAVAILABLE', 'retry', WAIT],
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'retry', WAIT],
  ['PROCESSING_HALTED', 'retry', WAIT],
  ['QUERY_TIMEOUT', 'retry', WAIT],
  ['REQUEST_RUNNING_TOO_LONG', 'retry', WAIT],
  ['OPERATION_TOO_LARGE', 'retry', WAIT],
  ['INVALID_QUERY_LOCATOR', 'retry', WAIT],
  ['TXN_SECURITY_METERING_ERROR', 'retry', WAIT],
  ['ENTITY_IS_LOCKED', 'data', 'finish the approval of the record; it is tried again on its next change'],
  ['CANNOT_UPDATE_CONVERTED_LEAD', 'repair', REREAD],
  ['ENTITY_IS_DELETED', 'repair', REREAD],
  ['INVALID_CROSS_REFERENCE_KEY', 'repair', REREAD],
  ['NOT_FOUND', 'repair', REREAD],
  ['DUPLICATE_VALUE', 'repair', REREAD],
  ['PRECONDITION_FAILED', 'repair', REREAD],
  ['ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE', 'repair', REREAD],
  ['EXCEEDED_ID_LIMIT', 'bug', REPORT],
  ['INVALID_REPLICATION_DATE', 'bug', REPORT],
  ['DUPLICATE_EXTERNAL_ID', 'data', 'merge the records that share one Leadline id'],
  ['DUPLICATES_DETECTED', 'data', 'merge the duplicates, or let the duplicate rule pass the connected user'],
  ['MULTIPLE_CHOICES', 'data', 'merge the records that share one external id'],
  ['REQUIRED_FIELD_MISSING', 'data', 'map the required field, or give it a default'],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'data', 'satisfy the validation rule, or exempt the connected user'],
  ['FIELD_INTEGRITY_EXCEPTION', 'data', VALUE],
  ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'data', 'add the value to the picklist, or map it to one'],
  ['STRING_TOO_LONG', 'data', VALUE],
  ['INVALID_EMAIL_ADDRESS', 'data', VALUE],
  ['NUMBER_OUTSIDE_VALID_RANGE', 'data', VALUE],
  ['INVALID_TYPE_ON_FIELD_IN_RECORD', 'data', VALUE],
  ['INACTIVE_OWNER_OR_USER', 'data', 'map the owner to an active user'],
  ['INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD', 'data', VALUE],
  [
    'FIELD_FILTER_VALIDATION_EXCEPTION',
    'data',
    'the lookup filter of the field refuses the value; see to either',
  ],
  [
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    'data',
    'share the related record with the connected user',
  ],
  ['INSUFFICIENT_ACCESS_OR_READONLY', 'config', 'let the connected user edit the object and the record'],
  ['INVALID_FIELD', 'config', ACCESS],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', 'config', ACCESS],
  ['INVALID_TYPE', 'config', 'give the connected user access to the object'],
  [
    'STORAGE_LIMIT_EXCEEDED',
    'config',
    'free data storage in the org, or shorten the retention of the timeline',
  ],
  ['LIMIT_EXCEEDED', 'config', CONFIG],
  ['TXN_SECURITY_NO_ACCESS', 'config', 'exempt the connected user from the transaction security policy'],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'config', 'mend the trigger that the message names'],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'config', 'mend the flow that the message names'],
  ['INSUFFICIENT_ACCESS', 'config', 'give the connected user Customize Application and Modify Metadata'],
  ['JSON_PARSER_ERROR', 'bug', REPORT],
  ['MALFORMED_ID', 'bug', REPORT],
  ['MALFORMED_QUERY', 'bug', REPORT],
  ['MISSING_ARGUMENT', 'bug', REPORT],
  ['INVALID_QUERY_FILTER_OPERATOR', 'bug', REPORT],
  ['METHOD_NOT_ALLOWED', 'bug', REPORT],
  ['UNSUPPORTED_MEDIA_TYPE', 'bug', REPORT],
  ['INVALIDJOB', 'bug', REPORT],
  ['INVALIDJOBSTATE', 'repair', REREAD],
  ['GONE', 'config', 'set crm.apiVersion to a version that the org still has'],
  ['invalid_grant', 'auth', LOGIN],
  ['invalid_client', 'auth', APP],
  ['invalid_client_id', 'auth', APP],
  ['invalid_app_access', 'auth', 'admit the user to the app in Salesforce (Manage Connected Apps)'],
  ['redirect_uri_mismatch', 'auth', 'enter auth.redirectUri in the app as it stands in leadline.yaml'],
  ['unsupported_grant_type', 'auth', 'switch the flow on in the app'],
  ['OAUTH_APP_BLOCKED', 'auth', 'let an administrator unblock the app'],
  ['OAUTH_APP_ACCESS_DENIED', 'auth', 'let an administrator install or approve the app'],
  ['auth_broken', 'auth', 'new tokens are refused too: check session policies and permissions of the user'],
  ['not_connected', 'auth', 'run `leadline salesforce connect`'],
  ['org_changed', 'auth', 'run `leadline salesforce connect --new-org` if this is meant to be another org'],
  ['host_refused', 'auth', "set crm.loginUrl to the org's My Domain"],
  [
    'schema_incomplete',
    'config',
    'run `leadline salesforce check`, which says what is missing, then `provision`',
  ],
  ['lane_spent', 'budget', 'raise crm.api.sharePercent, or wait'],
  [
    'ambiguous_match',
    'data',
    'merge those records, or give the right one our id in Leadline_Id__c; then replay',
  ],
  ['record_taken', 'data', 'see which of the two persons or companies the record stands for; then replay'],
  [
    'duplicate_rule',
    'data',
    'give the record that is meant the mail of the person, or let the rule pass the user',
  ],
  ['storage_full', 'config', 'free data storage in the org, or raise timeline.stopAtStoragePercent'],
  ['no_answer', 'retry', WAIT],
  ['unreachable', 'retry', 'check the network between here and Salesforce'],
  ['unreadable_answer', 'retry', WAIT],
]

export const CATALOGUE: ReadonlyMap<string, CatalogueEntry> = new Map(
  LINES.map(([code, errorClass, advice]) => [code, { class: errorClass, advice }]),
)

const ADVICE_BY_CLASS: Readonly<Record<ErrorClass, string>> = {
  retry: WAIT,
  unknown: 'nothing; what became of it is read before anything else is sent',
  budget: 'wait, or raise the share of the daily calls in crm.api',
  auth: LOGIN,
  repair: REREAD,
  config: CONFIG,
  data: VALUE,
  bug: REPORT,
}

const NO_LOGIN =
  "see whether crm.loginUrl is the org's My Domain and can be reached from here; it is tried again"

/** `invalid_grant` says by its words alone what is wrong. */
const GRANT_ADVICE: readonly (readonly [words: RegExp, advice: string])[] = [
  [
    /not supported on this domain/,
    "set crm.loginUrl to the org's My Domain: client credentials work nowhere else",
  ],
  [/audience/, 'set auth.audience to the login host of the org: login, test, or its My Domain'],
  [/ip restricted/, 'relax the IP restrictions of the app, or of the profile of its user, for this machine'],
  [/inactive user/, 'activate the user whom the app runs as, or name another one'],
  [/approved this consumer/, 'let an administrator admit the user to the app (Manage Connected Apps)'],
]

export function adviceFor(failure: {
  readonly code: string
  readonly class: ErrorClass
  readonly detail?: string
}): string {
  if (failure.class === 'unknown') return ADVICE_BY_CLASS.unknown
  const { detail = '' } = failure
  const grant = failure.code === 'invalid_grant' && GRANT_ADVICE.find(([words]) => words.test(detail))
  if (grant) return grant[1]
  // Nothing of ours was sent yet, and an address that is wrong looks just like an org that is away.
  if (failure.code.startsWith('token_')) return NO_LOGIN
  return CATALOGUE.get(failure.code)?.advice ?? ADVICE_BY_CLASS[failure.class]
}
