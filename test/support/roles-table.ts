import { endpoints } from '../../server/app.ts'
import { letsIn } from '../../server/routes/endpoint.ts'
import type { Door } from '../../server/routes/endpoint.ts'
import { ROLES } from '../../shared/roles.ts'

const DOORS: Readonly<Record<Door, string>> = {
  open: 'anybody',
  device: 'handheld',
  person: 'handheld or desk',
  desk: 'desk',
  admin: 'command line',
  metrics: 'this machine or token',
}

/** docs/roles.md: every route and who may call it, from the objects that decide it. */
export const rolesPage = (): string => {
  const rows = endpoints()
    .toSorted((a, b) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`, 'en'))
    .map(one => {
      const marks = ROLES.map(role =>
        one.door === 'admin' || one.door === 'metrics' ? '' : letsIn(one, [role]) ? '●' : '',
      )
      return `| \`${one.method} ${one.path}\` | ${DOORS[one.door]} | ${marks.join(' | ')} |`
    })
  return [
    '# Who may do what',
    '',
    'Made by `npm run roles` from the routes themselves; a test fails when it is old, and another tries every route with every role.',
    '',
    '● = let in. Routes of handhelds that name no role are open to every enrolled handheld, whoever is logged in: what a person may do on the floor is judged with each command. A person of role `client` sees only their own goods.',
    '',
    `| route | from | ${ROLES.join(' | ')} |`,
    `|---|---|${ROLES.map(() => '---').join('|')}|`,
    ...rows,
    '',
  ].join('\n')
}
