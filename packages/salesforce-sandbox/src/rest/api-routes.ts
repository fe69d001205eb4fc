import type { Route } from '../http/router.ts'
import type { ApiHandler } from './api-call.ts'
import { readManyByBody, readManyByUrl } from './collection-read.ts'
import { upsertMany } from './collection-upsert.ts'
import { createMany, deleteMany, updateMany } from './collections.ts'
import {
  countRecords,
  listObjects,
  listResources,
  showDescribe,
  showLimits,
  showObject,
} from './discovery.ts'
import { query, queryAll, queryMore } from './query-calls.ts'
import { deleteByKey, insertOne, readByKey, upsertOne } from './record-by-key.ts'
import { createOne, deleteOne, readOne, updateOne } from './single-record.ts'

/** The REST API below `/services/data/vXX.X`. One more resource: one line here, one handler. */
export const API_ROUTES: readonly Route<ApiHandler>[] = [
  { pattern: '', methods: { GET: listResources } },
  { pattern: 'limits', methods: { GET: showLimits } },
  { pattern: 'limits/recordCount', methods: { GET: countRecords } },
  { pattern: 'query', methods: { GET: query } },
  { pattern: 'queryAll', methods: { GET: queryAll } },
  { pattern: 'query/:locator', methods: { GET: queryMore } },
  { pattern: 'queryAll/:locator', methods: { GET: queryMore } },
  { pattern: 'sobjects', methods: { GET: listObjects } },
  { pattern: 'sobjects/:object', methods: { GET: showObject, POST: createOne } },
  { pattern: 'sobjects/:object/describe', methods: { GET: showDescribe } },
  {
    pattern: 'sobjects/:object/:id',
    methods: { GET: readOne, PATCH: updateOne, DELETE: deleteOne, POST: insertOne },
  },
  {
    pattern: 'sobjects/:object/:field/:value',
    methods: { GET: readByKey, PATCH: upsertOne, DELETE: deleteByKey },
  },
  { pattern: 'composite/sobjects', methods: { POST: createMany, PATCH: updateMany, DELETE: deleteMany } },
  { pattern: 'composite/sobjects/:object', methods: { GET: readManyByUrl, POST: readManyByBody } },
  { pattern: 'composite/sobjects/:object/:field', methods: { PATCH: upsertMany } },
]
