import { expect } from 'vitest'
import { addressOf, expectReceipt, passes, play, type Cell } from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'

/** Names that no header may hold, and more of them than one can. */
const odd = Object.fromEntries([
  ...['标签', 'a\r\nx-evil: 1', 'nul\u0000', '🌊', '\ud800', 'x'.repeat(70)].map(
    (name) => [name, 1] as const,
  ),
  ...Array.from({ length: 60 }, (_, nth) => [`field_${nth}`, 1] as const),
])

/** Fields that nobody knows are named as lost, whatever they are called, and change nothing else. */
export async function oddNames(cell: Cell): Promise<void> {
  if (passes(cell)) return
  const body = { ...cell.client.body(plain, addressOf(cell)), ...odd }
  const { told, answered } = await play(cell, { text: spoken, usage }, { body })
  expect(told.text).toBe(spoken)
  expect(answered.headers.get('x-evil')).toBeNull()
  expect(answered.headers.get('x-weir-dropped')).toMatch(/^(?=.*\bfields\b)[\w.$[\], -]{1,2000}$/)
  await expectReceipt(cell, answered.id, usage)
}
