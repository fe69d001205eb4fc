import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toCampaign, toClickIds, toOutsideReferrer } from './campaign.ts'

const NONE = { source: '', medium: '', campaign: '', term: '', content: '' }
const PAGE = 'https://acme.test/'

describe('the campaign of an event', () => {
  const cases: readonly (readonly [string, string, Partial<typeof NONE> | undefined])[] = [
    ['of a bare address is none', PAGE, undefined],
    ['of a query about other things is none', `${PAGE}?q=utm_source`, undefined],
    ['of empty parameters is none', `${PAGE}?utm_source=&utm_medium=`, undefined],
    ['of what is no address is none', 'not an address?utm_source=news', undefined],
    ['of nothing is none', '', undefined],
    [
      'takes each of the five parameters',
      `${PAGE}?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e`,
      { source: 'a', medium: 'b', campaign: 'c', term: 'd', content: 'e' },
    ],
    ['is there for any one of them', `${PAGE}?x=1&utm_content=e#top`, { content: 'e' }],
    ['is decoded', `${PAGE}?utm_campaign=spring%20sale+2`, { campaign: 'spring sale 2' }],
    ['is not what stands behind the hash', `${PAGE}#?utm_source=a`, undefined],
  ]
  for (const [title, url, campaign] of cases) {
    test(title, () => assert.deepEqual(toCampaign({}, url), campaign && { ...NONE, ...campaign }))
  }

  test('is first what the client says, field by field', () => {
    const url = `${PAGE}?utm_source=news&utm_medium=mail`
    assert.deepEqual(toCampaign({ source: 'app', medium: '' }, url), {
      ...NONE,
      source: 'app',
      medium: 'mail',
    })
    assert.deepEqual(toCampaign({ term: 'shoes' }, ''), { ...NONE, term: 'shoes' })
  })
})

describe('click ids', () => {
  const KNOWN =
    'gclid gbraid wbraid dclid msclkid fbclid li_fat_id ttclid twclid rdt_cid epik sccid yclid'.split(' ')
  for (const name of KNOWN) {
    test(`${name} is one`, () => assert.deepEqual(toClickIds(`${PAGE}?a=1&${name}=x`), { [name]: 'x' }))
  }

  test('a name in any case is its own, as Snapchat writes it', () =>
    assert.deepEqual(toClickIds(`${PAGE}?ScCid=x&GCLID=y`), { gclid: 'y', sccid: 'x' }))

  test('several are all kept, empty ones and others are not', () => {
    assert.deepEqual(toClickIds(`${PAGE}?gclid=1&fbclid=2&ttclid=&other=3`), { gclid: '1', fbclid: '2' })
    assert.equal(toClickIds(`${PAGE}?other=3`), undefined)
    assert.equal(toClickIds(PAGE), undefined)
  })
})

describe('the referrer', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['https://search.test/?q=acme', PAGE, true],
    ['https://acme.test/home', PAGE, false],
    ['https://www.acme.test/home', PAGE, false],
    ['http://acme.test:8080/', 'https://www.acme.test/x', false],
    ['https://blog.acme.test/', PAGE, true],
    ['https://search.test/', '', true],
    ['android-app://com.google.android.gm/', 'android-app://acme.test/prices', true],
    ['', PAGE, false],
    ['no address', PAGE, false],
    ['about:blank', PAGE, false],
  ]
  for (const [referrer, url, isOutside] of cases) {
    test(`"${referrer}" at "${url}" is ${isOutside ? 'outside' : 'none'}`, () =>
      assert.equal(toOutsideReferrer(referrer, url), isOutside ? referrer : undefined))
  }
})
