import { z } from 'zod'

const traits = z.record(z.string(), z.unknown())

/** What a webhook is sent, as JSON. Texts are empty where nothing is known; times are ISO 8601, UTC. */
export const leadMessageSchema = z.object({
  type: z.literal('lead.qualified'),
  /** When the rule fired. */
  timestamp: z.iso.datetime(),
  data: z.object({
    lead: z.object({
      id: z.string(),
      /** Stands for the mailbox; the id that the record in the CRM was first made with may be an earlier one. */
      contactId: z.string(),
      email: z.string(),
      name: z.string(),
      stage: z.string(),
      score: z.number(),
      /** Mail of whom a rule gave the lead to. */
      owner: z.string(),
      firstSeen: z.iso.datetime(),
      lastSeen: z.iso.datetime(),
      sessions: z.number(),
      events: z.number(),
      traits,
    }),
    company: z
      .object({
        id: z.string(),
        name: z.string(),
        domain: z.string(),
        leads: z.number(),
        traits,
      })
      .nullable(),
    rule: z.object({
      name: z.string(),
      /** The values on which its conditions held. */
      facts: z.record(z.string(), z.unknown()),
    }),
    /** Of the rule. */
    stage: z.string(),
    /** With which it was met. */
    event: z.object({
      messageId: z.string(),
      type: z.string(),
      /** Of a track event or a page. */
      name: z.string(),
      url: z.string(),
      timestamp: z.iso.datetime(),
      properties: z.record(z.string(), z.unknown()),
    }),
  }),
})

export type LeadMessage = z.output<typeof leadMessageSchema>
