import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { losses, type Loss } from './wishes/losses.ts'

const names: Readonly<Record<Loss['in'][number], string>> = {
  chat: 'chat completions',
  responses: 'Responses',
  anthropic: 'Messages',
  gemini: 'Gemini',
  bedrock: 'Claude by Converse',
  'open models on bedrock': 'open models by Converse',
  open: 'third parties’ chat completions',
}

function rowOf(wish: string, { in: columns, as, why }: Loss): string {
  const where = columns.map((column) => names[column]).join(', ')
  const what = as === 'refused' ? '400 `cannot_translate`' : `\`x-weir-dropped: ${as.dropped}\``
  return `| ${wish} | ${where} | ${what} | ${why} |`
}

test('docs/dialects.md tells all that the matrix knows to be lost, and why', () => {
  const told = readFileSync('docs/dialects.md', 'utf8').replaceAll(/ +/g, ' ')
  const rows = Object.entries(losses).flatMap(([wish, all]) => all.map((loss) => rowOf(wish, loss)))
  for (const row of rows) expect(told).toContain(row)
  const table = told.split('\n| a caller')[1]?.split('\n\n')[0]?.split('\n').slice(2)
  expect(table).toHaveLength(rows.length)
})
