import { z } from 'zod'
import { fail, failDml, json, type Reply } from '../http/reply.ts'
import { readJsonBody, type ApiCall } from './api-call.ts'
import { findRepeatedId } from './composite.ts'
import { referencesOf } from './composite-references.ts'
import {
  halted,
  runSubrequests,
  subrequestSchema,
  type Subrequest,
  type Subresponse,
} from './run-subrequests.ts'

const MAX_GRAPHS = 75
const MAX_NODES = 500
const MAX_DEPTH = 15
const MAX_KINDS = 15
const MAX_FAILED = 14

const graphSchema = z.object({ graphId: z.string().min(1), compositeRequest: z.array(subrequestSchema) })
const bodySchema = z.object({ graphs: z.array(graphSchema) })

type Graph = z.infer<typeof graphSchema>

interface GraphResult {
  readonly graphId: string
  readonly graphResponse: { readonly compositeResponse: readonly Subresponse[] }
  readonly isSuccessful: boolean
}

/** POST /composite/graph: each graph is all or nothing, and stands for itself. */
export function runGraphs(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = bodySchema.safeParse(body.value)
  if (!parsed.success) {
    return fail(400, { code: 'JSON_PARSER_ERROR', message: z.prettifyError(parsed.error) })
  }
  const { graphs } = parsed.data
  const refused = findExcess(graphs) ?? findRepeatedIds(graphs)
  if (refused) return refused
  const results: GraphResult[] = []
  for (const graph of graphs) {
    const failed = results.filter((result) => !result.isSuccessful).length
    results.push(failed >= MAX_FAILED ? haltGraph(graph) : runGraph(call, graph))
  }
  return json(200, { graphs: results })
}

function runGraph(call: ApiCall, graph: Graph): GraphResult {
  const { ok, responses } = runSubrequests(call, graph.compositeRequest, true)
  return { graphId: graph.graphId, graphResponse: { compositeResponse: responses }, isSuccessful: ok }
}

function haltGraph(graph: Graph): GraphResult {
  const compositeResponse = graph.compositeRequest.map((sub) =>
    halted(sub.referenceId, `Processing was halted after ${MAX_FAILED} failed graphs.`),
  )
  return { graphId: graph.graphId, graphResponse: { compositeResponse }, isSuccessful: false }
}

function findRepeatedIds(graphs: readonly Graph[]): Reply | undefined {
  for (const graph of graphs) {
    const repeated = findRepeatedId(graph.compositeRequest)
    if (repeated) return repeated
  }
  return undefined
}

function findExcess(graphs: readonly Graph[]): Reply | undefined {
  const nodes = graphs.flatMap((graph) => graph.compositeRequest)
  const foreign = nodes.find(({ url }) => !/^\/services\/data\/v\d+\.\d+\/sobjects\/\w+/.test(url))
  if (foreign) {
    const message = `Only single records of sobjects may be named in a graph, not ${foreign.url}`
    return fail(400, { code: 'INVALID_INPUT', message })
  }
  const message = EXCESSES.find((excess) => excess.isExceeded(graphs))?.message
  return message === undefined ? undefined : fail(400, { code: 'LIMIT_EXCEEDED', message })
}

const EXCESSES: readonly { message: string; isExceeded: (graphs: readonly Graph[]) => boolean }[] = [
  { message: `More than ${MAX_GRAPHS} graphs.`, isExceeded: (graphs) => graphs.length > MAX_GRAPHS },
  {
    message: `More than ${MAX_NODES} nodes.`,
    isExceeded: (graphs) => graphs.flatMap((graph) => graph.compositeRequest).length > MAX_NODES,
  },
  {
    message: `A graph is deeper than ${MAX_DEPTH}.`,
    isExceeded: (graphs) => graphs.some((graph) => depthOf(graph) > MAX_DEPTH),
  },
  {
    message: `A graph has more than ${MAX_KINDS} kinds of nodes.`,
    isExceeded: (graphs) =>
      graphs.some((graph) => new Set(graph.compositeRequest.map(kindOf)).size > MAX_KINDS),
  },
]

function kindOf({ method, url }: Subrequest): string {
  return `${method} ${/\/sobjects\/(\w+)/.exec(url)?.[1]}`
}

/** The longest chain of references. */
function depthOf(graph: Graph): number {
  const depths = new Map<string, number>()
  for (const sub of graph.compositeRequest) {
    const parents = referencesOf(sub).map((id) => depths.get(id) ?? 0)
    depths.set(sub.referenceId, 1 + Math.max(0, ...parents))
  }
  return Math.max(0, ...depths.values())
}
