import { expect, test } from 'vitest'
import { DEMO_ACCOUNTS } from '../../server/demo/accounts.ts'
import { mayDo } from '../../shared/roles.ts'
import { OTHERS, SECTIONS } from '../../pwa/screens/desk/sections.ts'
import { DESK_PAGES } from '../support/desk-pages.ts'

test('[DG1] the pages that are looked at for faults and scores are every section of the desk, each opened by who may', () => {
  const pages = Object.entries(DESK_PAGES).flatMap(([login, all]) =>
    all.map(page => ({ login, path: page.split('?')[0] ?? '' })),
  )
  expect(pages.map(({ path }) => path).sort()).toEqual([...SECTIONS.map(({ path }) => path), ...OTHERS].sort())
  for (const { login, path } of pages) {
    const roles = DEMO_ACCOUNTS.find(one => one.login === login)?.roles ?? []
    const section = SECTIONS.find(one => one.path === path)
    if (section === undefined) continue
    const isLetIn = section.strictly ? section.roles.some(role => roles.includes(role)) : mayDo(roles, section.roles)
    expect([login, path, isLetIn]).toEqual([login, path, true])
  }
})
