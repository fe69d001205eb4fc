/** What a customer's own script would do: say who somebody is and what they did. */

const EMAIL_KEY = 'berthwise:email'

document.addEventListener('click', ({ target }) => {
  const clicked = target.closest('[data-track]')
  if (!clicked) return
  const { track, ...properties } = clicked.dataset
  leadline.track(track, properties)
})

const toGroupId = (company) => company.toLowerCase().replace(/[^a-z0-9]+/g, '-')

/** What each form says before it is sent; the page goes away right after. */
const FORMS = {
  'sign-up': ({ userId, email, firstName, lastName, company, docks }) => {
    leadline.identify(userId, { email, firstName, lastName, company: { name: company } })
    leadline.group(toGroupId(company), { name: company })
    leadline.track('Signed Up', { docks })
  },
  demo: ({ email, firstName, lastName, company, jobTitle, topic }) => {
    leadline.identify({ email, firstName, lastName, title: jobTitle, company: { name: company } })
    leadline.track('Demo Requested', { topic })
  },
}

document.addEventListener('submit', ({ target }) => {
  const report = FORMS[target.dataset.form]
  if (!report) return
  const fields = Object.fromEntries(new FormData(target))
  report(fields)
  sessionStorage.setItem(EMAIL_KEY, fields.email)
})

/** Somebody who is known asks for a demo under the name they are known by. */
leadline.ready(() => {
  const { userId, traits } = leadline.user()
  const restart = document.querySelector('[data-new-visitor]')
  restart.hidden = false
  restart.addEventListener('click', () => {
    leadline.reset()
    sessionStorage.removeItem(EMAIL_KEY)
    location.assign('/')
  })
  const form = document.querySelector('[data-form="demo"]')
  if (!form || !userId || !traits?.email) return
  const known = { ...traits, company: traits.company?.name }
  for (const input of form.querySelectorAll('input')) input.value = known[input.name] ?? input.value
})
