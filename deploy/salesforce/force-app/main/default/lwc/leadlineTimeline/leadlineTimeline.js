import { LightningElement, api, wire } from 'lwc'
import { getRelatedListRecords } from 'lightning/uiRelatedListApi'

const OBJECT = 'Leadline_Activity__c'
const nameOf = (field) => `${OBJECT}.${field}`
const FIELDS = [
    'Leadline_Start__c',
    'Leadline_End__c',
    'Leadline_Summary__c',
    'Leadline_Pages__c',
    'Leadline_Events__c',
    'Leadline_Url__c'
]
const PAGE = 20
const MAX = 200

/** The visits of a Lead, Contact or Account, latest first, under the day on which they began. */
export default class LeadlineTimeline extends LightningElement {
    @api recordId
    shown = PAGE
    visits
    error

    fields = FIELDS.map(nameOf)
    sortBy = [`-${nameOf('Leadline_Start__c')}`]

    @wire(getRelatedListRecords, {
        parentRecordId: '$recordId',
        relatedListId: 'Leadline_Activities__r',
        fields: '$fields',
        sortBy: '$sortBy',
        pageSize: '$shown'
    })
    receive({ data, error }) {
        if (data) {
            this.visits = data.records.map(toVisit)
            this.isMore = Boolean(data.nextPageToken || data.nextPageUrl)
            this.error = undefined
        } else if (error) {
            this.error = error
        }
    }

    isMore = false

    get isLoading() {
        return !this.visits && !this.error
    }

    get isEmpty() {
        return this.visits?.length === 0 && !this.error
    }

    get hasError() {
        return Boolean(this.error)
    }

    get errorText() {
        const reason = this.error?.body?.message ?? ''
        return `The visits cannot be shown. Ask for the permission set Leadline Viewer. ${reason}`.trim()
    }

    get hasMore() {
        return this.isMore && this.shown < MAX
    }

    get days() {
        const days = new Map()
        for (const visit of this.visits ?? []) {
            const label = toDay(visit.start)
            days.set(label, [...(days.get(label) ?? []), visit])
        }
        return [...days].map(([label, visits]) => ({ key: label, label, visits }))
    }

    showMore() {
        this.shown = Math.min(MAX, this.shown + PAGE)
    }
}

const toVisit = ({ id, fields }) => ({
    id,
    start: fields.Leadline_Start__c?.value,
    summary: fields.Leadline_Summary__c?.value ?? '',
    counts: toCounts(fields),
    url: toWebAddress(fields.Leadline_Url__c?.value)
})

const toCounts = (fields) =>
    [
        count(fields.Leadline_Pages__c?.value, 'page'),
        count(fields.Leadline_Events__c?.value, 'event'),
        minutes(fields.Leadline_Start__c?.value, fields.Leadline_End__c?.value)
    ]
        .filter(Boolean)
        .join(' · ')

const count = (value, word) => (value ? `${value} ${word}${value === 1 ? '' : 's'}` : '')

function minutes(start, end) {
    const spent = Math.round((Date.parse(end) - Date.parse(start)) / 60000)
    return spent > 0 ? `${spent} min` : ''
}

// A link is data from outside: anything but a web address stays text.
const toWebAddress = (url) => (/^https?:\/\//i.test(url ?? '') ? url : undefined)

const toDay = (start) =>
    start
        ? new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(
              new Date(start)
          )
        : 'Unknown day'
