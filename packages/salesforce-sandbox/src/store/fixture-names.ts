/** User names of the people that every new org has. */
export const ADMIN_USERNAME = 'admin@leadline.example'
export const INTEGRATION_USERNAME = 'integration@leadline.example'
export const REP_USERNAME = 'rae.rep@leadline.example'
export const SECOND_REP_USERNAME = 'sam.seller@leadline.example'
export const INACTIVE_USERNAME = 'ina.inactive@leadline.example'

/** The queue that leads may be owned by. */
export const QUEUE_NAME = 'Inbound Leads'
