import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg } from '../../test-support/start-test-org.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme' }

test('names give codes and codes give names; what the org does not list is refused', async (t) => {
  const org = await startTestOrg(t, { features: { statePicklists: true } })
  const save = async (address: object): Promise<unknown> => {
    const made = await org.call('POST /sobjects/Lead', { ...LEAD, ...address })
    if (made.status !== 201) return read(made.body, 0, 'message')
    const one = await org.call(`GET /sobjects/Lead/${String(read(made.body, 'id'))}`)
    return read(one.body, 'Address')
  }
  const berkeley = {
    city: null,
    country: 'United States',
    countryCode: 'US',
    geocodeAccuracy: null,
    latitude: null,
    longitude: null,
    postalCode: null,
    state: 'California',
    stateCode: 'CA',
    street: null,
  }
  assert.deepEqual(await save({ State: 'california', Country: 'United States' }), berkeley)
  assert.deepEqual(await save({ StateCode: 'CA', CountryCode: 'US' }), berkeley)
  assert.equal(
    await save({ State: 'California' }),
    'A country/territory must be specified before specifying a state value for field: State/Province',
  )
  assert.match(String(await save({ Country: 'Deutschland' })), /^There's a problem with this country/)
  assert.match(
    String(await save({ State: 'Bayern', Country: 'Germany' })),
    /^There's a problem with this state/,
  )
})

test('an address is judged with what the record has already', async (t) => {
  const org = await startTestOrg(t, { features: { statePicklists: true } })
  const made = await org.call('POST /sobjects/Lead', { ...LEAD, Country: 'Canada' })
  const path = `PATCH /sobjects/Lead/${String(read(made.body, 'id'))}`
  assert.equal((await org.call(path, { State: 'Ontario' })).status, 204)
  const moved = await org.call(path, { Country: 'Germany' })
  assert.deepEqual(
    [read(moved.body, 0, 'errorCode'), read(moved.body, 0, 'fields')],
    ['FIELD_INTEGRITY_EXCEPTION', ['State']],
  )
  assert.equal((await org.call(path, { Country: 'Germany', State: null })).status, 204)
})
