import { toDateTime, type LeadsRow, type QualificationsRow } from '@leadline/warehouse'
import { attribute, toTouchJson } from '../attribution/attribute.ts'
import type { Touch } from '../attribution/touches.ts'
import { findIdentifiedTime } from '../attribution/identified-time.ts'
import type { NodeId } from '../identity/fact-source.ts'
import { toName, toTraitsJson, type Profile } from '../profile/fold-traits.ts'
import type { CompanyOfLead } from '../qualification/company-fields.ts'
import { findStage, qualify, type Entry } from '../qualification/qualify.ts'
import type { LoadedEvent } from '../reads/read-events.ts'
import type { ScoreTold } from '../score/score-fold.ts'
import type { Workspace } from '../workspaces.ts'
import type { BuiltSession, Draft, Mailbox } from './build-lead.ts'

/** Columns of a lead that follow from what it did and the workspace's rules. */
export type Judgement = Pick<
  LeadsRow,
  | 'stage'
  | 'stage_at'
  | 'first_touch'
  | 'last_touch'
  | 'lead_touch'
  | 'score'
  | 'score_at'
  | 'score_half_life_s'
  | 'score_parts'
>

export interface Judged {
  readonly columns: Judgement
  readonly entries: readonly Entry[]
}

export interface JudgedLead {
  readonly isIdentified: boolean
  readonly isQuarantined: boolean
  readonly mailbox: Mailbox | undefined
  /** Of its work mail; empty where there is none. */
  readonly domain: string
  readonly company: CompanyOfLead
  readonly profile: Profile
  readonly events: readonly LoadedEvent[]
  readonly sessions: readonly BuiltSession[]
}

/** Where a lead came from, which rules it met, and what it scores. In quarantine it meets none. */
export function judgeLead({ settings, findTouches }: Workspace, lead: JudgedLead): Judged {
  const { events, sessions } = lead
  const touches = sessions.map((session) => findTouches(session.events))
  const identifiedMs = lead.isIdentified ? findIdentifiedTime(events) : undefined
  const {
    first,
    last,
    lead: before,
  } = attribute(touches.flat(), identifiedMs, settings.attribution.lookBackDays)
  const rules = lead.isQuarantined ? [] : settings.qualification.rules
  const subject = {
    events,
    sessions: sessions.map((session, i) => ({
      events: session.events,
      get fields() {
        return toSessionFields(session, touches[i])
      },
    })),
    fields: toFields(lead),
    isCompanyPending: lead.company === 'pending',
    // Whoever is known without an event that says so was known all along.
    knownMs: lead.isIdentified ? (identifiedMs ?? Number.NEGATIVE_INFINITY) : undefined,
  }
  const { entries, score } = qualify(subject, rules, settings.score)
  const columns = {
    ...toStageColumns(findStage(entries, rules)),
    first_touch: toTouchJson(first),
    last_touch: toTouchJson(last),
    lead_touch: toTouchJson(before),
    ...toScoreColumns(score),
  }
  return { entries, columns }
}

const toStageColumns = (stage: ReturnType<typeof findStage>): Pick<LeadsRow, 'stage' | 'stage_at'> => ({
  stage: stage?.stage ?? '',
  stage_at: stage ? toDateTime(stage.atMs) : null,
})

const toScoreColumns = (
  score: ScoreTold | undefined,
): Pick<LeadsRow, 'score' | 'score_at' | 'score_half_life_s' | 'score_parts'> =>
  score
    ? {
        score: score.value,
        score_at: toDateTime(score.atMs),
        score_half_life_s: score.halfLifeS,
        score_parts: JSON.stringify(score.parts),
      }
    : { score: 0, score_at: null, score_half_life_s: 0, score_parts: '{}' }

const toSessionFields = ({ row }: BuiltSession, touches: readonly Touch[] = []) => ({
  ...touches[0],
  device: row.device,
  browser: row.browser,
  os: row.os,
  country: row.country,
})

function toFields({ mailbox, domain, company, profile }: JudgedLead): { lead: unknown; company: unknown } {
  return {
    lead: {
      email: mailbox?.address ?? '',
      role: mailbox?.isRole ?? false,
      // Read where a rule asks for it.
      get name() {
        return toName(profile)
      },
      get traits(): unknown {
        return JSON.parse(toTraitsJson(profile))
      },
    },
    company: { ...(company === 'pending' ? {} : company), domain },
  }
}

/** Rows of what a lead met. */
export const toQualificationRows = (
  ws: number,
  lead: NodeId,
  entries: readonly Entry[],
): readonly Draft<QualificationsRow>[] =>
  entries.map(({ rule, messageId, node, atMs, stage, facts }) => ({
    ws,
    lead_id: lead,
    rule,
    message_id: messageId,
    node_id: node,
    at: toDateTime(atMs),
    stage,
    facts: JSON.stringify(facts),
    gone: 0,
  }))
