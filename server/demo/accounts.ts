import { hashPassword } from '../auth/password.ts'
import type { AccountStore } from '../account-ports.ts'
import { DEMO_PEOPLE, demoWorkers } from './people.ts'

/** Log-ins of the demo, printed and shown like its badges. */
const ACCOUNTS: readonly { name: string; login: string; password: string }[] = [
  { name: 'Elif Aydın', login: 'elif', password: 'desk-of-elif' },
  { name: 'Can Arslan', login: 'can', password: 'desk-of-can' },
]

export const DEMO_ACCOUNTS = ACCOUNTS.map(account => ({
  ...account,
  roles: DEMO_PEOPLE.find(person => person.name === account.name)?.roles ?? [],
}))

/** Only while nobody has a log-in: one that was changed or taken away stays so. */
export const seedAccounts = async (accounts: AccountStore, now: string): Promise<void> => {
  if (await accounts.any()) return
  for (const { name, login, password } of ACCOUNTS) {
    const worker = demoWorkers().find(one => one.name === name)
    if (worker === undefined) throw new Error(`nobody in the demo is called ${name}`)
    const account = { worker: worker.id, login, password: await hashPassword(password), mustChange: false, now }
    await accounts.put(account, null)
  }
}
