import { toString } from 'qrcode'
import { enrolUrl } from './auth/code.ts'
import { DEMO_ACCOUNTS } from './demo/accounts.ts'
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
  firstSecret: string | null
}): Promise<string> => {
  const { origin, others, help, describe, durable, demoCode, firstSecret } = running
  const head = [
    '',
    `Stockhand is ready at ${origin}`,
    ...others.map(other => `  also at   ${other}`),
    ...(help === null ? [] : trustLines(help)),
    `  store     ${describe}`,
    ...(durable ? [] : ['  WARNING   a power cut may lose acknowledged work on this disk']),
  ]
  if (demoCode === null) return [...head, ...firstSteps(origin, firstSecret), ''].join('\n')
  const width = Math.max(...DEMO_PEOPLE.map(person => person.name.length))
  return [
    ...head,
    `  demo      ${origin}/demo  (all barcodes, to scan or to click)`,
    '',
    `Set up a handheld: open ${enrolUrl(origin, demoCode)}`,
    `or scan this (works until the server stops), or type ${demoCode}`,
    await qrOf(enrolUrl(origin, demoCode)),
    `The desk: open ${origin}/desk and log in`,
    ...DEMO_ACCOUNTS.map(({ login, password, name }) => `  ${login.padEnd(6)} ${password}  ${name}`),
    '',
    'Badges:',
    ...DEMO_PEOPLE.map(({ name, badge, roles }) => `  ${badge}  ${name.padEnd(width)}  ${roles.join(', ')}`),
    '',
    `Try this first: open ${origin}/demo, click "Open the handheld", click Ayşe's badge, click a purchase order.`,
    'Ctrl-C stops.',
    '',
  ].join('\n')
}

const firstSteps = (origin: string, firstSecret: string | null): readonly string[] =>
  firstSecret === null
    ? [`  desk      ${origin}/desk`, '  handhelds npm run enrol prints a set-up code']
    : [
        '',
        `Nobody can log in yet. Open ${origin}/desk and make the first administrator`,
        `with this secret: ${firstSecret}`,
      ]

/** Before anything else: without the authority the browser shows a warning instead of the camera. */
const trustLines = ({ url, fingerprint }: { url: string; fingerprint: string }): string[] => [
  `  first     open ${url} on each handheld once: it says how to trust this server`,
  `            (certificate authority SHA-256 ${fingerprint})`,
]
