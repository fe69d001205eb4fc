export interface Country {
  readonly code: string
  readonly name: string
  /** Names by code; empty where a new org lists no states. */
  readonly states: Readonly<Record<string, string>>
}

const none = (code: string, name: string): Country => ({ code, name, states: {} })

/** Some of the countries that a new org lists, with the states that it lists for them. */
export const COUNTRIES: readonly Country[] = [
  {
    code: 'AU',
    name: 'Australia',
    states: {
      ACT: 'Australian Capital Territory',
      NSW: 'New South Wales',
      NT: 'Northern Territory',
      QLD: 'Queensland',
      SA: 'South Australia',
      TAS: 'Tasmania',
      VIC: 'Victoria',
      WA: 'Western Australia',
    },
  },
  none('AT', 'Austria'),
  none('BE', 'Belgium'),
  {
    code: 'CA',
    name: 'Canada',
    states: {
      AB: 'Alberta',
      BC: 'British Columbia',
      MB: 'Manitoba',
      NB: 'New Brunswick',
      NL: 'Newfoundland and Labrador',
      NS: 'Nova Scotia',
      ON: 'Ontario',
      PE: 'Prince Edward Island',
      QC: 'Quebec',
      SK: 'Saskatchewan',
    },
  },
  none('DK', 'Denmark'),
  none('FR', 'France'),
  none('DE', 'Germany'),
  none('NL', 'Netherlands'),
  none('PL', 'Poland'),
  none('ES', 'Spain'),
  none('SE', 'Sweden'),
  none('CH', 'Switzerland'),
  none('GB', 'United Kingdom'),
  {
    code: 'US',
    name: 'United States',
    states: {
      CA: 'California',
      CO: 'Colorado',
      FL: 'Florida',
      GA: 'Georgia',
      IL: 'Illinois',
      MA: 'Massachusetts',
      MI: 'Michigan',
      NJ: 'New Jersey',
      NY: 'New York',
      NC: 'North Carolina',
      OH: 'Ohio',
      OR: 'Oregon',
      PA: 'Pennsylvania',
      TX: 'Texas',
      UT: 'Utah',
      VA: 'Virginia',
      WA: 'Washington',
    },
  },
]
