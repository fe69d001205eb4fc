// Reads the feed with fetch, because an EventSource cannot send the key in a header.
const form = document.querySelector('form')
const list = document.querySelector('ol')
const status = document.querySelector('output')
const MAX_SHOWN = 500

form.addEventListener('submit', (event) => {
  event.preventDefault()
  form.querySelector('button').disabled = true
  watch(form.elements.key.value)
    .catch((error) => {
      status.textContent = String(error.message)
    })
    .finally(() => {
      form.querySelector('button').disabled = false
    })
})

async function watch(key) {
  const answer = await fetch('v1/feed', { headers: { authorization: `Bearer ${key}` } })
  if (!answer.ok) throw new Error((await answer.json()).message)
  status.textContent = 'watching'
  list.replaceChildren()
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const messages = (rest + read.value).split('\n\n')
    rest = messages.pop()
    for (const message of messages) show(message)
  }
  status.textContent = 'the collector ended the feed'
}

function show(message) {
  const data = /^data: (.*)$/m.exec(message)?.[1]
  if (data === undefined) return
  const entry = JSON.parse(data)
  const item = document.createElement('li')
  const text = document.createElement('pre')
  if (entry.skipped === undefined) {
    item.className = entry.refused ? 'refused' : 'stored'
    item.append(`${entry.at} ${entry.source} ${entry.dialect ?? entry.path} ${entry.type ?? ''} `)
    if (entry.refused) item.append(`${entry.refused.code}: ${entry.refused.message}`)
    text.textContent = entry.event
  } else item.append(`${entry.skipped} more events were not shown`)
  item.append(text)
  list.prepend(item)
  if (list.children.length > MAX_SHOWN) list.lastChild.remove()
}
