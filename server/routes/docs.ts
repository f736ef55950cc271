import type { Hono } from 'hono'
import { describeRoute, generateSpecs } from 'hono-openapi'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { sendText } from './answer.ts'
import { note } from './noted.ts'
import { SPEC_OPTIONS } from './openapi.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>
type Media = { schema?: unknown }
type Content = Readonly<Record<string, Media>>
type Operation = {
  summary?: string
  tags?: readonly string[]
  parameters?: readonly { name: string; in: string; required?: boolean; schema?: unknown }[]
  requestBody?: { description?: string; content: Content }
  responses: Readonly<Record<string, { description: string; content?: Content }>>
}
/** As much of OpenAPI as we write ourselves. */
export type Spec = {
  info: { title: string; description?: string }
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components?: { securitySchemes?: Readonly<Record<string, { description?: string }>> }
}

const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.1rem } h3 { margin: 1rem 0 .25rem; font-size: 1rem }
code, pre, .method { font-family: ui-monospace, monospace } .method { font-weight: 700 }
.door { border: 1px solid; border-radius: .25rem; padding: 0 .4rem; font-size: .85rem }
pre { overflow-x: auto; padding: .75rem; border: 1px solid; max-height: 30rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0 }
nav ul { columns: 2; padding-left: 1rem } @media (max-width: 40rem) { nav ul { columns: 1 } }
`

const idOf = (method: string, path: string): string => `${method}-${path}`.replaceAll(/[^a-z\d]+/gi, '-')

const schemas = (content: Content | undefined): Html[] =>
  Object.entries(content ?? {}).map(
    ([type, { schema }]) =>
      html`<details>
        <summary><code>${type}</code></summary>
        <pre>${JSON.stringify(schema ?? {}, null, 2)}</pre>
      </details>`,
  )

const parameters = (list: NonNullable<Operation['parameters']>): Html =>
  html`<h3>Parameters</h3>
    <table>
      ${list.map(
        one =>
          html`<tr>
            <td><code>${one.name}</code></td>
            <td>${one.in}${one.required === true ? ', required' : ''}</td>
            <td><code>${JSON.stringify(one.schema ?? {})}</code></td>
          </tr>`,
      )}
    </table>`

const operation = (method: string, path: string, it: Operation): Html =>
  html`<section>
    <h2 id="${idOf(method, path)}">
      <span class="method">${method.toUpperCase()}</span> <code>${path}</code>
      ${(it.tags ?? []).map(tag => html`<a class="door" href="#door-${tag}">${tag}</a>`)}
    </h2>
    <p>${it.summary ?? ''}</p>
    ${it.parameters === undefined ? '' : parameters(it.parameters)}
    ${
      it.requestBody === undefined
        ? ''
        : html`<h3>Body</h3>
            <p>${it.requestBody.description ?? ''}</p>
            ${schemas(it.requestBody.content)}`
    }
    <h3>Answers</h3>
    <table>
      ${Object.entries(it.responses).map(
        ([status, { description, content }]) =>
          html`<tr>
            <td><code>${status}</code></td>
            <td>${description} ${schemas(content)}</td>
          </tr>`,
      )}
    </table>
  </section>`

/** The description as a page: no script, nothing from elsewhere, everything escaped. */
export const docsPage = async (spec: Spec): Promise<string> => {
  const all = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, it]) => ({ method, path, it })),
  )
  const doors = Object.entries(spec.components?.securitySchemes ?? {})
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${spec.info.title} API</title>
        <link rel="stylesheet" href="/api/docs.css" />
      </head>
      <body>
        <h1>${spec.info.title} API</h1>
        <p>${spec.info.description ?? ''} For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
        <table>
          <tr>
            <td id="door-open"><span class="door">open</span></td>
            <td>No credentials.</td>
          </tr>
          ${doors.map(
            ([name, { description }]) =>
              html`<tr>
                <td id="door-${name}"><span class="door">${name}</span></td>
                <td>${description ?? ''}</td>
              </tr>`,
          )}
        </table>
        <nav>
          <ul>
            ${all.map(
              ({ method, path }) => html`<li><a href="#${idOf(method, path)}">${method.toUpperCase()} ${path}</a></li>`,
            )}
          </ul>
        </nav>
        ${all.map(({ method, path, it }) => operation(method, path, it))}
      </body>
    </html>`
  return String(page)
}

const describe = (summary: string, type: string) =>
  describeRoute({
    summary,
    tags: ['open'],
    security: [],
    responses: { 200: { description: type, content: { [type]: { schema: { type: 'string' } } } } },
  })

/** GET /api/docs: the page of what `/api/openapi.json` says, made at the first request for it. */
export const addDocs = (app: Hono): void => {
  let page: Promise<string> | null = null
  const make = async (): Promise<string> => docsPage((await generateSpecs(app, SPEC_OPTIONS)) as unknown as Spec)
  app.get('/api/docs', describe('This description as a page.', 'text/html'), async c => {
    note(c, { route: '/api/docs' })
    return sendText(c, 'text/html; charset=utf-8', await (page ??= make()))
  })
  app.get('/api/docs.css', describe('The look of that page.', 'text/css'), async c => {
    note(c, { route: '/api/docs.css' })
    return sendText(c, 'text/css; charset=utf-8', STYLE)
  })
}
