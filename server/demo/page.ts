import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { kindOf } from './barcode.ts'
import type { DemoData, DemoDocument, DemoItem } from './demo-data.ts'
import { DEMO_ACCOUNTS } from './accounts.ts'
import { DEMO_PEOPLE } from './people.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Command barcodes that the first processes understand, with the word on their button. */
const COMMANDS: readonly (readonly [string, string])[] = [
  ['XCDNE', 'Done'],
  ['XCYES', 'Yes'],
  ['XCNAY', 'No'],
  ['XCUND', 'Undo'],
  ['XCBAK', 'Back'],
  ['XCHME', 'Home'],
  ['XCSHT', 'Short'],
  ['XCMPT', 'Empty'],
  ['XCSKP', 'Later'],
  ['XCNDC', 'No document'],
  ['XCNXT', 'Next work'],
  ['XCLKP', 'Look up'],
  ['XCCLS', 'Close'],
  ['XCDMG', 'Damaged'],
  ['XCREJ', 'Refuse'],
  ['XCASK', 'Ask'],
]
/** Labels that lie ready at the dock: each opens a pallet. */
const PALLETS = ['9001', '9002', '9003', '9004'].map(body => makeLabel('XP', body))

const picture = (text: string): string => `/demo/code/${kindOf(text)}/${encodeURIComponent(text)}.svg`

/** A label: scan it from the screen, or click it and the handheld in the other window hears it. */
const label = (text: string, name: string, more = ''): Html => html`
  <li data-find="${`${text} ${name} ${more}`.toLocaleLowerCase('tr')}">
    <button type="button" class="label" data-scan="${text}" title="Scan ${text}">
      <img src="${picture(text)}" alt="" loading="lazy" width="220" height="70" />
      <span class="code">${text}</span><span class="name">${name}</span>
      ${more === '' ? '' : html`<span class="more">${more}</span>`}
    </button>
  </li>
`

const section = (id: string, title: string, hint: string, labels: readonly Html[]): Html => html`
  <section id="${id}">
    <h2>${title} <small>${labels.length}</small></h2>
    <p>${hint}</p>
    ${
      labels.length > 12
        ? html`<input
            type="search"
            aria-label="Search ${title}"
            placeholder="Search ${title.toLowerCase()}"
            data-search
          />`
        : ''
    }
    <ul class="labels">
      ${labels}
    </ul>
  </section>
`

const documentLabel = (document: DemoDocument): Html => {
  const rows = document.lines.map(line => `${line.done}/${line.wanted} ${line.item}`).join(', ')
  return label(document.number, `${document.partner} · ${document.client}`, `${document.state}: ${rows}`)
}

const itemLabels = (item: DemoItem): readonly Html[] => {
  const places = item.places.map(place => `${place.onHand} in ${place.code}`).join(', ')
  const asks = item.asks.length > 0 ? `asks ${item.asks.join(' and ')}` : ''
  return [
    label(item.code, item.name, [item.sku, item.client, asks, places].filter(Boolean).join(' · ')),
    ...item.packagings.map(pack => label(pack.code, `${item.name}, ${pack.name} of ${pack.quantity}`, item.client)),
  ]
}

const firstSteps = (enrolment: { code: string; url: string }): Html => html`
  <section id="first" class="first">
    <div>
      <h2>Try this first</h2>
      <ol>
        <li>
          <a href="${new URL(enrolment.url).pathname + new URL(enrolment.url).hash}" target="handheld" data-handheld
            >Open the handheld</a
          >
          in a second window beside this one; it sets itself up.
        </li>
        <li>Click Ayşe's badge below. What you click here, the handheld hears as a scan.</li>
        <li>Receive: click a purchase order, then goods that are on it, then <em>Done</em>.</li>
        <li>Pick: click an order, then a tote, then do what the large line says.</li>
        <li>Replenish: open the tile, then click the place that it names, the goods, and the pick face.</li>
        <li>
          Decide: <a href="/desk" target="desk">open the desk</a> and log in as
          ${DEMO_ACCOUNTS.map(({ login, password, name }, i) => html`${i === 0 ? '' : ' or '}<code>${login}</code> / <code>${password}</code> (${name})`)}.
        </li>
        <li>Switch the network off and go on. Switch it on again: the ERP has everything once.</li>
      </ol>
    </div>
    <figure>
      <img
        src="/demo/code/qrcode/${encodeURIComponent(enrolment.url)}.svg"
        alt="Set-up code"
        width="180"
        height="180"
      />
      <figcaption>Set up a real handheld: <code>${enrolment.code}</code></figcaption>
    </figure>
  </section>
`

/** The whole page. Data are escaped by `html`; script and style are files, because the content policy forbids inline ones. */
export const demoPage = async (data: DemoData): Promise<HtmlEscapedString> => {
  const { items, documents, places } = await data.read()
  const of = (kind: DemoDocument['kind']): readonly Html[] =>
    documents.filter(document => document.kind === kind).map(documentLabel)
  const standing = places.filter(place => place.kind !== 'tote')
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Stockhand demo warehouse</title>
        <link rel="stylesheet" href="/demo/demo.css" />
        <script type="module" src="/demo/demo.js"></script>
      </head>
      <body>
        <header>
          <h1>Stockhand demo warehouse</h1>
          <nav>
            <a href="#badges">Badges</a> <a href="#commands">Commands</a> <a href="#purchase">Purchase orders</a>
            <a href="#orders">Orders</a> <a href="#items">Items</a> <a href="#totes">Totes</a>
            <a href="#pallets">Pallets</a>
            <a href="#places">Places</a>
          </nav>
          <p id="heard" role="status"></p>
        </header>
        <main>
          ${firstSteps(data.enrolment())}
          ${section(
            'badges',
            'Badges',
            'Who works. Another badge hands the handheld over.',
            DEMO_PEOPLE.map(person => label(person.badge, person.name, person.roles.join(', '))),
          )}
          ${section(
            'commands',
            'Commands',
            'Every button of the handheld as a barcode.',
            COMMANDS.map(([code, word]) => label(code, word)),
          )}
          ${section('purchase', 'Purchase orders', 'Goods that are on their way here. Scan one to receive it.', of('receipt'))}
          ${section('orders', 'Orders', 'What customers want. Scan one to pick it.', of('order'))}
          ${section('items', 'Items', 'What stands on the goods.', items.flatMap(itemLabels))}
          ${section(
            'totes',
            'Totes',
            'Boxes to pick into.',
            places.filter(place => place.kind === 'tote').map(place => label(place.code, 'Tote')),
          )}
          ${section(
            'pallets',
            'Pallet labels',
            'Inside a delivery: scan a new one twice, and goods go onto it until Close.',
            PALLETS.map(text => label(text, 'Pallet')),
          )}
          ${section(
            'places',
            'Places',
            'Docks, shelves, tables.',
            standing.map(place => label(place.code, place.kind, place.zone ? `zone ${place.zone}` : '')),
          )}
        </main>
      </body>
    </html>`
}
