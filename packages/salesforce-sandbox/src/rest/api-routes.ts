import type { Route } from '../http/router.ts'
import type { ApiHandler } from './api-call.ts'
import {
  changeIngest,
  createIngest,
  deleteIngest,
  listIngest,
  showIngest,
  showResults,
  uploadBatches,
} from './bulk-ingest.ts'
import {
  abortBulkQuery,
  createBulkQuery,
  deleteBulkQuery,
  showBulkQuery,
  showQueryResults,
} from './bulk-query.ts'
import { readManyByBody, readManyByUrl } from './collection-read.ts'
import { upsertMany } from './collection-upsert.ts'
import { runComposite } from './composite.ts'
import { runBatch } from './composite-batch.ts'
import { runGraphs } from './composite-graph.ts'
import { createMany, deleteMany, updateMany } from './collections.ts'
import {
  countRecords,
  listObjects,
  listResources,
  showDescribe,
  showLimits,
  showObject,
} from './discovery.ts'
import { createDeploy, showDeployRequest } from './deploy-request.ts'
import { createCustomField, queryTooling } from './tooling.ts'
import { query, queryAll, queryMore } from './query-calls.ts'
import { deleteByKey, insertOne, readByKey, upsertOne } from './record-by-key.ts'
import { createTree } from './record-tree.ts'
import { listDeleted, listUpdated } from './replication.ts'
import { parameterizedSearch, search } from './search.ts'
import { createOne, deleteOne, readOne, updateOne } from './single-record.ts'

/** The REST API below `/services/data/vXX.X`. One more resource: one line here, one handler. */
export const API_ROUTES: readonly Route<ApiHandler>[] = [
  { pattern: '', methods: { GET: listResources } },
  { pattern: 'limits', methods: { GET: showLimits } },
  { pattern: 'limits/recordCount', methods: { GET: countRecords } },
  { pattern: 'jobs/ingest', methods: { GET: listIngest, POST: createIngest } },
  {
    pattern: 'jobs/ingest/:id',
    methods: { GET: showIngest, PATCH: changeIngest, DELETE: deleteIngest },
  },
  { pattern: 'jobs/ingest/:id/batches', methods: { PUT: uploadBatches } },
  { pattern: 'jobs/ingest/:id/successfulResults', methods: { GET: showResults('successful') } },
  { pattern: 'jobs/ingest/:id/failedResults', methods: { GET: showResults('failed') } },
  { pattern: 'jobs/ingest/:id/unprocessedrecords', methods: { GET: showResults('unprocessed') } },
  { pattern: 'jobs/query', methods: { POST: createBulkQuery } },
  {
    pattern: 'jobs/query/:id',
    methods: { GET: showBulkQuery, PATCH: abortBulkQuery, DELETE: deleteBulkQuery },
  },
  { pattern: 'jobs/query/:id/results', methods: { GET: showQueryResults } },
  { pattern: 'metadata/deployRequest', methods: { POST: createDeploy } },
  { pattern: 'metadata/deployRequest/:id', methods: { GET: showDeployRequest } },
  { pattern: 'tooling/query', methods: { GET: queryTooling } },
  { pattern: 'tooling/sobjects/CustomField', methods: { POST: createCustomField } },
  { pattern: 'parameterizedSearch', methods: { GET: parameterizedSearch } },
  { pattern: 'search', methods: { GET: search } },
  { pattern: 'query', methods: { GET: query } },
  { pattern: 'queryAll', methods: { GET: queryAll } },
  { pattern: 'query/:locator', methods: { GET: queryMore } },
  { pattern: 'queryAll/:locator', methods: { GET: queryMore } },
  { pattern: 'sobjects', methods: { GET: listObjects } },
  { pattern: 'sobjects/:object', methods: { GET: showObject, POST: createOne } },
  { pattern: 'sobjects/:object/describe', methods: { GET: showDescribe } },
  { pattern: 'sobjects/:object/updated', methods: { GET: listUpdated } },
  { pattern: 'sobjects/:object/deleted', methods: { GET: listDeleted } },
  {
    pattern: 'sobjects/:object/:id',
    methods: { GET: readOne, PATCH: updateOne, DELETE: deleteOne, POST: insertOne },
  },
  {
    pattern: 'sobjects/:object/:field/:value',
    methods: { GET: readByKey, PATCH: upsertOne, DELETE: deleteByKey },
  },
  { pattern: 'composite', methods: { POST: runComposite } },
  { pattern: 'composite/graph', methods: { POST: runGraphs } },
  { pattern: 'composite/batch', methods: { POST: runBatch } },
  { pattern: 'composite/tree/:object', methods: { POST: createTree } },
  { pattern: 'composite/sobjects', methods: { POST: createMany, PATCH: updateMany, DELETE: deleteMany } },
  { pattern: 'composite/sobjects/:object', methods: { GET: readManyByUrl, POST: readManyByBody } },
  { pattern: 'composite/sobjects/:object/:field', methods: { PATCH: upsertMany } },
]
