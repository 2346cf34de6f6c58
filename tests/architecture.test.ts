import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../config/catalogue.ts'

/** What the documents say of the repository must be so. */
describe.each([
  'AGENTS.md',
  'README.md',
  'CONTRIBUTING.md',
  'docs/callers.md',
  'docs/admins.md',
  'docs/operators.md',
  'docs/money.md',
])('%s', (document) => {
  const text = readFileSync(document, 'utf8')

  test('names only paths that exist', () => {
    const named = [...text.matchAll(/`((?:src|providers|config|tests|bench|docs)\/[\w./-]+)`/g)]
    const missing = named
      .map(([, path]) => path ?? '')
      .filter((path) => !isExample(path) && !existsSync(path))
    expect(missing).toEqual([])
  })

  test('links only to files that exist', () => {
    const folder = document.includes('/') ? `${document.split('/')[0]}/` : ''
    const linked = [...text.matchAll(/\]\((?!https?:)([\w./-]+)(?:#[\w-]+)?\)/g)]
    expect(linked.map(([, path]) => folder + path).filter((path) => !existsSync(path))).toEqual([])
  })

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

/** Files of the provider that CONTRIBUTING shows how to add. */
function isExample(path: string): boolean {
  return path.includes('moonshot')
}

test('README names only models that can be called', () => {
  const line = readFileSync('README.md', 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith("model: '"))
  const named = [...(line ?? '').matchAll(/'([\w./-]+)'/g)].map(([, name]) => name ?? '')
  const { models } = loadCatalogue({ regions: { alibaba: 'cn' } })
  const known = (name: string) => models.get(name) ?? models.get(name.split('/').at(-1) ?? '') ?? []
  expect(named.length).toBeGreaterThan(2)
  expect(named.filter((name) => !known(name).some(({ cards }) => cards.length > 0))).toEqual([])
})
