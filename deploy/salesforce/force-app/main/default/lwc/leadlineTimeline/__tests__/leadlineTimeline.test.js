import { createElement } from 'lwc'
import LeadlineTimeline from 'c/leadlineTimeline'
import { getRelatedListRecords } from 'lightning/uiRelatedListApi'

const visit = (id, start, more = {}) => ({
    id,
    fields: {
        Leadline_Start__c: { value: start },
        Leadline_End__c: { value: new Date(Date.parse(start) + 4 * 60000).toISOString() },
        Leadline_Summary__c: { value: 'Looked at Pricing' },
        Leadline_Pages__c: { value: 3 },
        Leadline_Events__c: { value: 1 },
        Leadline_Url__c: { value: 'https://console.example/sessions/1' },
        ...more
    }
})

function open() {
    const element = createElement('c-leadline-timeline', { is: LeadlineTimeline })
    element.recordId = '00Q000000000001AAA'
    document.body.appendChild(element)
    const all = (id) => [...element.shadowRoot.querySelectorAll(`[data-id="${id}"]`)]
    return { element, all, texts: (id) => all(id).map((node) => node.textContent) }
}

async function show(page, records, more = {}) {
    getRelatedListRecords.emit({ records, ...more })
    await Promise.resolve()
    return page
}

afterEach(() => {
    document.body.replaceChildren()
})

test('visits stand under the day on which they began, with counts in words', async () => {
    const page = await show(open(), [
        visit('a1', '2026-11-20T09:00:00.000Z'),
        visit('a2', '2026-11-20T08:00:00.000Z', { Leadline_Pages__c: { value: 1 } }),
        visit('a3', '2026-11-18T08:00:00.000Z')
    ])
    expect(page.all('day').length).toBe(2)
    expect(page.texts('counts')).toEqual([
        '3 pages · 1 event · 4 min',
        '1 page · 1 event · 4 min',
        '3 pages · 1 event · 4 min'
    ])
})

test('it asks for the visits of its record, latest first', async () => {
    await show(open(), [])
    expect(getRelatedListRecords.getLastConfig()).toMatchObject({
        parentRecordId: '00Q000000000001AAA',
        relatedListId: 'Leadline_Activities__r',
        sortBy: ['-Leadline_Activity__c.Leadline_Start__c'],
        pageSize: 20
    })
})

test('a record without visits says so', async () => {
    const page = await show(open(), [])
    expect(page.texts('empty')).toEqual(['No visits yet.'])
})

test('text from outside is shown as text, and a link that is no web address is none', async () => {
    const summary = '<img src=x onerror=alert(1)>'
    const page = await show(open(), [
        visit('a1', '2026-11-20T09:00:00.000Z', {
            Leadline_Summary__c: { value: summary },
            Leadline_Url__c: { value: 'javascript:alert(1)' }
        })
    ])
    expect(page.texts('summary')).toEqual([summary])
    expect(page.all('link')).toEqual([])
})

test('missing values leave nothing behind but the visit', async () => {
    const page = await show(open(), [{ id: 'a1', fields: {} }])
    expect(page.texts('counts')).toEqual([''])
})

test('more is asked for on demand', async () => {
    const page = await show(open(), [visit('a1', '2026-11-20T09:00:00.000Z')], { nextPageToken: '20' })
    page.all('more')[0].click()
    await Promise.resolve()
    expect(getRelatedListRecords.getLastConfig().pageSize).toBe(40)
})

test('a refusal names the permission set', async () => {
    const page = open()
    getRelatedListRecords.error({ message: 'no access' })
    await Promise.resolve()
    expect(page.texts('error')[0]).toMatch(/Leadline Viewer. no access/)
})
