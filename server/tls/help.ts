import { X509Certificate } from 'node:crypto'
import { Hono } from 'hono'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { toString } from 'qrcode'
import { bytesOf, sendText } from '../routes/answer.ts'
import { headers } from '../routes/headers.ts'
import { HELP_WORDS } from './help-words.ts'
import type { HelpWords } from './help-words.ts'

export const fingerprintOf = (authority: string): string => new X509Certificate(authority).fingerprint256

const STYLE = `:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
body { max-width: 42rem; margin: 0 auto; padding: 1rem }
a.get { display: inline-block; padding: .8rem 1.2rem; border: 2px solid; border-radius: .5rem; font-weight: 600 }
code { overflow-wrap: anywhere } img { background: #fff; width: 12rem; height: 12rem }
`

/**
 * What plain HTTP serves beside HTTPS: how to install the authority, and its certificate. Nothing else and no redirection,
 * so that nobody gets used to an address that anybody on the network could answer.
 */
export const makeHelp = (about: { origin: () => string; authority: string }): Hono => {
  const app = new Hono()
  const der = bytesOf(new X509Certificate(about.authority).raw)
  app.use(headers)
  app.get('/', c => {
    c.header('cache-control', 'no-store')
    const language = (c.req.header('accept-language') ?? '').toLowerCase().startsWith('tr') ? 'tr' : 'en'
    return sendPage(c, language, about)
  })
  app.get('/help.css', c => sendText(c, 'text/css; charset=utf-8', STYLE))
  app.get('/address.svg', async c =>
    sendText(c, 'image/svg+xml', await toString(about.origin(), { type: 'svg', margin: 2 })),
  )
  app.get('/stockhand.crt', c => {
    c.header('content-type', 'application/x-x509-ca-cert')
    return c.body(der)
  })
  app.notFound(c => c.text('Not found. Stockhand itself is served by HTTPS only; / says how.', 404))
  return app
}

const sendPage = async (
  c: Parameters<typeof sendText>[0],
  language: keyof typeof HELP_WORDS,
  about: { origin: () => string; authority: string },
): Promise<Response> => {
  const page = helpPage(HELP_WORDS[language], language, about.origin(), fingerprintOf(about.authority))
  return sendText(c, 'text/html; charset=utf-8', String(await page))
}

const steps = (name: string, list: readonly string[]) => html`
  <h2>${name}</h2>
  <ol>
    ${list.map(step => html`<li>${step}</li>`)}
  </ol>
`

const helpPage = (
  words: HelpWords,
  language: string,
  origin: string,
  fingerprint: string,
): HtmlEscapedString | Promise<HtmlEscapedString> =>
  html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${words.title}</title>
        <link rel="stylesheet" href="/help.css" />
      </head>
      <body>
        <h1>${words.title}</h1>
        <p>${words.why}</p>
        <p><a class="get" href="/stockhand.crt">${words.get}</a></p>
        <p>${words.compare}<br /><code>SHA-256 ${fingerprint}</code></p>
        ${steps('Android', words.android)} ${steps('iPhone, iPad', words.ios)} ${steps('Windows', words.windows)}
        <p>${words.fleet}</p>
        <h2>${words.then}</h2>
        <p>
          ${words.open}<br /><a href="${origin}"><code>${origin}</code></a>
        </p>
        <p><img src="/address.svg" alt="${origin}" /></p>
      </body>
    </html>`
