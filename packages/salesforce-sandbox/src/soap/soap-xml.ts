import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

/** Everything in an envelope is text; prefixes are dropped, xsi:type is kept as `@type`. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: true,
})

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressBooleanAttributes: false,
})

const element = z.record(z.string(), z.unknown())

const envelopeSchema = z.object({
  Envelope: z.object({
    Header: z
      .looseObject({ SessionHeader: z.looseObject({ sessionId: z.coerce.string() }).optional() })
      .optional()
      .catch(undefined),
    Body: element,
  }),
})

export interface SoapRequest {
  readonly sessionId: string
  /** `client` of a CallOptions header. */
  readonly client: string | null
  readonly operation: string
  readonly argument: Readonly<Record<string, unknown>>
}

const clientSchema = z.object({
  Envelope: z.object({ Header: z.object({ CallOptions: z.object({ client: z.string() }) }) }),
})

/** Undefined when it is not an envelope with one operation. */
export function parseEnvelope(text: string): SoapRequest | undefined {
  const document = parseXml(text)
  const parsed = envelopeSchema.safeParse(document)
  if (!parsed.success) return undefined
  const { Header, Body } = parsed.data.Envelope
  const [operation, argument] = Object.entries(Body).find(([name]) => !name.startsWith('@')) ?? []
  if (operation === undefined) return undefined
  const fields = element.safeParse(argument)
  const client = clientSchema.safeParse(document)
  return {
    sessionId: Header?.SessionHeader?.sessionId ?? '',
    client: client.success ? client.data.Envelope.Header.CallOptions.client : null,
    operation,
    argument: fields.success ? fields.data : {},
  }
}

/** Undefined when it cannot be read. */
export function parseXml(text: string): unknown {
  try {
    return parser.parse(text)
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

/** An element that may stand once, several times or not at all. */
export function toList(value: unknown): readonly unknown[] {
  if (value === undefined || value === '') return []
  return Array.isArray(value) ? value : [value]
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  const parsed = element.safeParse(value)
  const text = parsed.success ? parsed.data['#text'] : undefined
  return typeof text === 'string' ? text : undefined
}

export function childrenOf(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = element.safeParse(value)
  return parsed.success ? parsed.data : {}
}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'

export function buildResponse(operation: string, namespace: string, result: unknown): string {
  const body = { [`${operation}Response`]: { '@xmlns': namespace, result } }
  return wrap(body)
}

export function buildFault(code: string, message: string): string {
  return wrap({ 'soapenv:Fault': { faultcode: `sf:${code}`, faultstring: `${code}: ${message}` } })
}

function wrap(body: object): string {
  const envelope = {
    'soapenv:Envelope': {
      '@xmlns:soapenv': SOAP,
      '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      '@xmlns:sf': 'urn:fault.partner.soap.sforce.com',
      'soapenv:Body': body,
    },
  }
  return `<?xml version="1.0" encoding="UTF-8"?>${builder.build(envelope)}`
}
