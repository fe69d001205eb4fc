import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMail } from './company-of-mail.ts'
import { readMailLists } from '../profile/mail-domains.ts'

const lists = { ...readMailLists(), settings: { freeMail: ['town.example'], notFreeMail: ['gmx.net'] } }
const companyOf = (mail: string): string => readMail(mail, lists).companyDomain

const PROVIDERS =
  'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.uk ymail.com aol.com icloud.com me.com gmx.de web.de t-online.de freenet.de mail.ru yandex.ru proton.me protonmail.com zoho.com fastmail.com hey.com tutanota.com qq.com 163.com naver.com orange.fr laposte.net libero.it comcast.net duck.com privaterelay.appleid.com mail.com mailinator.com'
const CORPORATIONS =
  'sap.com siemens.com ibm.com microsoft.com google.com apple.com oracle.com cisco.com intel.com amazon.com stripe.com shopify.com spotify.com klarna.com volvo.com ericsson.com nokia.com ikea.com bosch.com bmw.com allianz.com basf.com bayer.com shell.com bp.com hsbc.com barclays.com unilever.com nestle.com novartis.com roche.com ubs.com abb.com airbus.com renault.com loreal.com samsung.com sony.com toyota.com honda.com hitachi.com tesla.com netflix.com meta.com salesforce.com hubspot.com atlassian.com mit.edu stanford.edu harvard.edu dell.com hp.com walmart.com ford.com gm.com boeing.com'

describe('the company that a mail speaks for', () => {
  for (const domain of PROVIDERS.split(' ')) {
    test(`none at ${domain}`, () => assert.equal(companyOf(`ann@${domain}`), ''))
  }
  for (const domain of CORPORATIONS.split(' ')) {
    test(`${domain} itself`, () => assert.equal(companyOf(`ann@${domain}`), domain))
  }

  test('is the registrable domain, with shops and pages of others apart', () => {
    assert.equal(companyOf('ann@mail.acme.co.uk'), 'acme.co.uk')
    assert.equal(companyOf('ann@foo.myshopify.com'), 'foo.myshopify.com')
    assert.equal(companyOf('ann@foo.github.io'), 'foo.github.io')
    assert.equal(companyOf('ann@xn--bcher-kva.de'), 'xn--bcher-kva.de')
  })

  const DOMAINS: readonly (readonly [string, string])[] = [
    ['a.b.c.acme.com', 'acme.com'],
    ['acme.com.au', 'acme.com.au'],
    ['mail.acme.com.au', 'acme.com.au'],
    ['springfield.k12.ca.us', 'springfield.k12.ca.us'],
    ['cs.mit.edu', 'mit.edu'],
    ['foo.vercel.app', 'foo.vercel.app'],
    ['www.foo.vercel.app', 'foo.vercel.app'],
    ['shop.foo.myshopify.com', 'foo.myshopify.com'],
    ['foo.blogspot.com', 'foo.blogspot.com'],
    ['mail.xn--bcher-kva.de', 'xn--bcher-kva.de'],
    ['foo.xn--fiqs8s', 'foo.xn--fiqs8s'],
    ['acme.internal-suffix', 'acme.internal-suffix'],
  ]
  for (const [domain, company] of DOMAINS) {
    test(`${domain} belongs to ${company}`, () => assert.equal(companyOf(`ann@${domain}`), company))
  }

  for (const domain of ['127.0.0.1', '[::1]', 'co.uk', 'com', 'localhost', 'myshopify.com', 'vercel.app']) {
    test(`none at ${domain}: a machine, or a suffix that others' names end in`, () =>
      assert.equal(companyOf(`ann@${domain}`), ''))
  }

  test('is none below a domain of free or disposable mail', () => {
    assert.equal(companyOf('ann@mx.gmail.com'), '')
    assert.equal(companyOf('ann@mx.mailinator.com'), '')
    assert.equal(companyOf('ann@mx.town.example'), '')
  })

  test("follows the workspace's exceptions", () => {
    assert.equal(companyOf('ann@town.example'), '')
    assert.equal(companyOf('ann@gmx.net'), 'gmx.net')
    assert.equal(companyOf('ann@mx.gmx.net'), 'gmx.net')
  })
})

test('an address of a function counts for the company, but not at free mail', () => {
  assert.deepEqual(readMail('info@acme.io', lists), { companyDomain: 'acme.io', isRole: true })
  assert.deepEqual(readMail('info@gmail.com', lists), { companyDomain: '', isRole: true })
})

test('names and what only begins with a function are persons', () => {
  for (const local of ['ann', 'max', 'salesman', 'informatik', 'ann.sales', 'ann+sales', 'maria', 'james']) {
    assert.equal(readMail(`${local}@acme.io`, lists).isRole, false, local)
  }
  for (const local of ['info', 'sales', 'support', 'hello', 'office', 'billing', 'jobs', 'webmaster']) {
    assert.equal(readMail(`${local}@acme.io`, lists).isRole, true, local)
  }
})

test('an address of a function is no person', () => {
  assert.equal(readMail('sales@acme.io', lists).isRole, true)
  assert.equal(readMail('sales+eu@acme.io', lists).isRole, true)
  assert.equal(readMail('sally@acme.io', lists).isRole, false)
})
