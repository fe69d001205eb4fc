import type { Capture } from '../tag-host.ts'
import { onSubmit } from './submissions.ts'

const VISIBLE = { visibilityProperty: true, opacityProperty: true }

/**
 * `data-form-email="true"`: who submits a form with an e-mail field is identified by that address. No other
 * field is read, nor one that the visitor does not see; forms with two different addresses are left alone.
 */
export const formEmail: Capture = (host, setting) => {
  if (setting === undefined) return
  onSubmit(host, (form) => {
    const addresses = [...form.querySelectorAll('input')]
      .filter(isEmailField)
      .map(({ value }) => value.trim())
    const [email, another] = new Set(addresses.filter((address) => /^\S+@\S+$/.test(address)))
    if (email && !another) host.call('identify', { email })
    return false
  })
}

/** By what the page says about the field; an `autocomplete` of a card or a password is neither. */
const isEmailField = (field: HTMLInputElement): boolean =>
  (field.type === 'email' || (field.type === 'text' && field.autocomplete.split(' ').includes('email'))) &&
  !/(^| )(cc-|(new|current)-password)/.test(field.autocomplete) &&
  Boolean(field.checkVisibility ? field.checkVisibility(VISIBLE) : field.offsetParent)
