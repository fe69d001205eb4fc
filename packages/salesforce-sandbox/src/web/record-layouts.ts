/** What a record page shows of each object, and what a rep may edit on it. */
export interface RecordLayout {
  /** Beside the name, on top. */
  readonly highlights: readonly string[]
  /** Two columns of fields; the package's own fields follow by themselves. */
  readonly details: readonly string[]
  readonly editable: readonly string[]
  readonly hasTimeline: boolean
}

export const RECORD_LAYOUTS: Readonly<Record<string, RecordLayout>> = {
  Lead: {
    highlights: ['Company', 'Title', 'Status', 'Email', 'Phone'],
    details: [
      'OwnerId',
      'Name',
      'Company',
      'Title',
      'Email',
      'Phone',
      'Website',
      'Status',
      'LeadSource',
      'Rating',
      'Industry',
      'City',
      'Country',
      'Description',
      'CreatedById',
      'CreatedDate',
      'LastModifiedById',
      'LastModifiedDate',
    ],
    editable: ['FirstName', 'LastName', 'Company', 'Title', 'Email', 'Phone', 'Website', 'Status'],
    hasTimeline: true,
  },
  Contact: {
    highlights: ['AccountId', 'Title', 'Email', 'Phone'],
    details: [
      'OwnerId',
      'Name',
      'AccountId',
      'Title',
      'Department',
      'Email',
      'Phone',
      'MobilePhone',
      'LeadSource',
      'MailingCity',
      'MailingCountry',
      'Description',
      'CreatedById',
      'CreatedDate',
      'LastModifiedById',
      'LastModifiedDate',
    ],
    editable: ['FirstName', 'LastName', 'Title', 'Department', 'Email', 'Phone'],
    hasTimeline: true,
  },
  Account: {
    highlights: ['Type', 'Website', 'Industry', 'Phone'],
    details: [
      'OwnerId',
      'Name',
      'ParentId',
      'Type',
      'Website',
      'Phone',
      'Industry',
      'NumberOfEmployees',
      'AnnualRevenue',
      'BillingCity',
      'BillingCountry',
      'Description',
      'CreatedById',
      'CreatedDate',
      'LastModifiedById',
      'LastModifiedDate',
    ],
    editable: ['Name', 'Website', 'Phone', 'Industry', 'NumberOfEmployees'],
    hasTimeline: true,
  },
  Opportunity: {
    highlights: ['AccountId', 'StageName', 'Amount', 'CloseDate'],
    details: [
      'OwnerId',
      'Name',
      'AccountId',
      'StageName',
      'Amount',
      'CloseDate',
      'Probability',
      'LeadSource',
      'NextStep',
      'CreatedById',
      'CreatedDate',
      'LastModifiedById',
      'LastModifiedDate',
    ],
    editable: ['Name', 'StageName', 'Amount', 'CloseDate'],
    hasTimeline: false,
  },
}
