import { call } from '../client.ts'
import type { Feature } from '../tag-host.ts'
import { onSubmit } from './submissions.ts'

/** By what the page says about the field; none that it says to be a card's or a password's. */
const EMAIL =
  'input:is([type=email],[autocomplete~=email]):not([type=password],[autocomplete*=password],[autocomplete*=cc-])'

/**
 * `data-form-email="true"`: who submits a form with an e-mail field is identified by that address. No other
 * field is read, nor one that the visitor does not see; forms with two different addresses are left alone.
 */
export const formEmail: Feature = (setting) => {
  if (setting === undefined) return
  onSubmit('form', (form) => {
    const addresses = [...form.querySelectorAll<HTMLInputElement>(EMAIL)]
      .filter((field) => field.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }))
      .map(({ value }) => value.trim())
    const [email, another] = new Set(addresses.filter((address) => /^\S+@\S+$/.test(address)))
    if (email && !another) call('identify', { email })
    return undefined
  })
}
