import type { Feature } from '../tag-host.ts'
import { onSubmit } from './submissions.ts'

/** `Form Submitted`: which form, and nothing of what is in it. */
export const forms: Feature = () =>
  onSubmit('form', (form) => {
    // Not the properties: a field of the form may have their names.
    const [id, name, action] = ['id', 'name', 'action'].map((field) => form.getAttribute(field) ?? undefined)
    return ['Form Submitted', { form_id: id, form_name: name, form_action: action?.replace(/[?#].*/, '') }]
  })
