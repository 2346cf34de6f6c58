import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A test that a document names: `file`, or `file › name of the test`. */
const named = /`([\w./-]+\.ts)(?: › ([^`]+))?`/g

const files = readdirSync('tests', { recursive: true, encoding: 'utf8' }).map((file) => join('tests', file))

function testsNamedIn(document: string): { file: string; name: string | undefined }[] {
  const text = readFileSync(document, 'utf8').replaceAll(/\s+/g, ' ')
  return [...text.matchAll(named)].map(([, file = '', name]) => ({ file, name }))
}

describe('docs/money.md', () => {
  it('names a test for each line of its tables', () => {
    const rows = readFileSync('docs/money.md', 'utf8')
      .split('\n## What happens when something fails')[1]
      ?.split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
    expect(rows?.length).toBeGreaterThan(10)
    for (const row of rows ?? []) expect(row).toMatch(/`[\w./-]*\.ts/)
  })

  it.each(testsNamedIn('docs/money.md'))('names $file › $name, which exists', ({ file, name }) => {
    const found = files.filter((path) => path === file || path.endsWith(`/${file}`))
    expect(found).not.toEqual([])
    if (name !== undefined) expect(found.map((path) => readFileSync(path, 'utf8')).join('')).toContain(name)
  })
})
