/** The panel on the thank-you pages: asks what became of the visitor until all of it is known. */

const POLL_MS = 500
const GIVE_UP_MS = 120_000

const panel = document.querySelector('[data-outcome]')
const email = sessionStorage.getItem('berthwise:email')

const show = (step, ...content) => {
  const item = panel.querySelector(`[data-step="${step}"]`)
  item.classList.add('done')
  item.querySelector('p').replaceChildren(...content)
}

const linkTo = (url, text) => {
  const link = document.createElement('a')
  link.textContent = text
  if (/^https?:/.test(url)) link.href = url
  link.target = '_blank'
  link.rel = 'noopener'
  return link
}

const render = ({ lead, company, crm, reason }) => {
  if (lead) show('lead', `Known as ${lead}`)
  if (company) show('company', company)
  if (crm) show('crm', `${crm.object}, ${crm.status}. `, linkTo(crm.url, 'Open the record'))
  const note = panel.querySelector('[data-reason]')
  note.hidden = !reason
  note.textContent = reason ?? ''
}

const poll = async (untilMs) => {
  const response = await fetch(`/outcome?email=${encodeURIComponent(email)}`).catch(() => undefined)
  const outcome = response?.ok ? await response.json() : undefined
  if (outcome) render(outcome)
  const isDone = outcome?.lead && outcome.company && outcome.crm
  if (!isDone && Date.now() < untilMs) setTimeout(() => void poll(untilMs), POLL_MS)
}

if (email) {
  panel.hidden = false
  panel.querySelector('[data-email]').textContent = email
  void poll(Date.now() + GIVE_UP_MS)
}
