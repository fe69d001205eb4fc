import type { Feature } from '../tag-host.ts'
import { onSubmit } from './submissions.ts'

/** `Form Submitted`: which form, and nothing of what is in it. */
export const forms: Feature = () =>
  onSubmit('form', (form) => {
    // Not the properties: a field of the form may have their names.
    const read = (name: string): string | undefined => form.getAttribute(name)?.replace(/[?#].*/, '')
    return ['Form Submitted', { form_id: read('id'), form_name: read('name'), form_action: read('action') }]
  })
