import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMail } from './company.ts'
import { readMailLists } from './mail-domains.ts'

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

  test('is none for a machine or a bare suffix', () => {
    assert.equal(companyOf('ann@127.0.0.1'), '')
    assert.equal(companyOf('ann@co.uk'), '')
  })

  test("follows the workspace's exceptions", () => {
    assert.equal(companyOf('ann@town.example'), '')
    assert.equal(companyOf('ann@gmx.net'), 'gmx.net')
  })
})

test('an address of a function is no person', () => {
  assert.equal(readMail('sales@acme.io', lists).isRole, true)
  assert.equal(readMail('sales+eu@acme.io', lists).isRole, true)
  assert.equal(readMail('sally@acme.io', lists).isRole, false)
})
