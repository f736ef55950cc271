import { writeFile } from 'node:fs/promises'
import { rolesPage } from './support/roles-table.ts'

await writeFile(new URL('../docs/roles.md', import.meta.url), rolesPage())
