/** A click on a label is a scan for the handheld in the other window. */
const channel = new BroadcastChannel('stockhand-demo')
const heard = document.querySelector('#heard')

document.addEventListener('click', event => {
  const target = event.target instanceof Element ? event.target : null
  const button = target?.closest('[data-scan]')
  if (!button) return
  const text = button.getAttribute('data-scan')
  channel.postMessage({ text })
  heard.textContent = `Scanned ${text}`
  document.querySelector('.sent')?.classList.remove('sent')
  button.classList.add('sent')
})

/** The handheld opens beside this page, in the shape of a handheld. */
document.querySelector('[data-handheld]').addEventListener('click', event => {
  event.preventDefault()
  window.open(event.currentTarget.href, 'handheld', 'popup,width=400,height=760')
})

for (const input of document.querySelectorAll('[data-search]')) {
  const entries = [...input.parentElement.querySelectorAll('[data-find]')]
  input.addEventListener('input', () => {
    const words = input.value.toLocaleLowerCase('tr').split(/\s+/)
    for (const entry of entries) entry.hidden = !words.every(word => entry.dataset.find.includes(word))
  })
}
