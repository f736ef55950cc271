import { toString } from 'qrcode'
import { enrolUrl } from './auth/code.ts'
import { DEMO_PEOPLE } from './demo/people.ts'

export const qrOf = (text: string): Promise<string> =>
  toString(text, { type: 'terminal', small: true, errorCorrectionLevel: 'L' })

/** What the person at the terminal sees when the server is ready: where it is, how to set up a handheld, what to try. */
export const greeting = async (running: {
  origin: string
  others: readonly string[]
  help: { url: string; fingerprint: string } | null
  describe: string
  durable: boolean
  demoCode: string | null
}): Promise<string> => {
  const { origin, others, help, describe, durable, demoCode } = running
  const head = [
    '',
    `Stockhand is ready at ${origin}`,
    ...others.map(other => `  also at   ${other}`),
    ...(help === null ? [] : trustLines(help)),
    `  store     ${describe}`,
    ...(durable ? [] : ['  WARNING   a power cut may lose acknowledged work on this disk']),
  ]
  if (demoCode === null) return [...head, '  handhelds npm run enrol prints a set-up code', ''].join('\n')
  const width = Math.max(...DEMO_PEOPLE.map(person => person.name.length))
  return [
    ...head,
    `  demo      ${origin}/demo  (all barcodes, to scan or to click)`,
    '',
    `Set up a handheld: open ${enrolUrl(origin, demoCode)}`,
    `or scan this (works until the server stops), or type ${demoCode}`,
    await qrOf(enrolUrl(origin, demoCode)),
    'Badges:',
    ...DEMO_PEOPLE.map(({ name, badge, roles }) => `  ${badge}  ${name.padEnd(width)}  ${roles.join(', ')}`),
    '',
    `Try this first: open ${origin}/demo, click "Open the handheld", click Ayşe's badge, click a purchase order.`,
    'Ctrl-C stops.',
    '',
  ].join('\n')
}

/** Before anything else: without the authority the browser shows a warning instead of the camera. */
const trustLines = ({ url, fingerprint }: { url: string; fingerprint: string }): string[] => [
  `  first     open ${url} on each handheld once: it says how to trust this server`,
  `            (certificate authority SHA-256 ${fingerprint})`,
]
