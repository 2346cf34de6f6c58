import { describe, expect, test } from 'vitest'
import type { Offer } from '../../src/core/catalogue.ts'
import { atCost } from '../../src/core/rate.ts'
import { noUsage } from '../../src/core/usage.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { countingMessages } from '../../src/dialects/counting.ts'
import { chargeOf } from '../../src/metering/charge.ts'
import { holdOf } from '../../src/metering/hold.ts'
import { event, quirks, request, start, wholeStream } from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

/** Claude's own search of the web: the one tool at the provider that is passed on. */

const search = { type: 'web_search_20250305', name: 'web_search' }
const read = (...tools: object[]) =>
  anthropicMessages.read({ body: bytesOf(JSON.stringify(request({ tools }))) })
const target = { org: 'acme', upstreamModel: 'claude-x', outputCap: 100, quirks }

const rates = { input: 1, cachedInput: 1, cacheWrite: 1, inputAudio: 1, output: 1, outputAudio: 1 }
const card = { id: 'a', rates, tiers: [], webSearch: 10_000_000_000 }
const pricing = { card, rate: atCost, model: 'claude-x' }

describe('a search of the web', () => {
  test.each([
    ['a bound of the caller’s', { ...search, max_uses: 8 }, 8],
    ['none', search, 5],
    ['null', { ...search, max_uses: null }, 5],
  ])('with %s goes up with the bound that is held for', (_, tool, most) => {
    const asked = read(tool, { name: 'f', input_schema: { type: 'object' } })
    expect(asked).toMatchObject({ webSearches: most, size: { unbounded: true } })
    const up = JSON.parse(textOf(anthropicMessages.rewrite(asked, target).body)) as { tools: object[] }
    expect(up.tools[0]).toEqual({ ...search, max_uses: most })
    expect(up.tools[1]).toEqual({ name: 'f', input_schema: { type: 'object' } })
  })

  test('is held for: each of them, and the prompt that is read again after it', () => {
    const asked = read({ ...search, max_uses: 3 })
    const offer = { contextTokens: 1_000, maxOutputTokens: 100, imageTokens: 0 } as Offer
    const hold = holdOf({ request: asked, offer, pricing }, 100)
    expect(hold.inputTokens).toBe(4_000)
    const used = { ...noUsage, inputTokens: 4_000, outputTokens: 100, webSearches: 3 }
    expect(hold.cost).toBeGreaterThanOrEqual(chargeOf(pricing, used))
    expect(hold.cost).toBeGreaterThanOrEqual(30_000_000)
  })

  test.each([
    ['twice', [search, search]],
    ['too often', [{ ...search, max_uses: 21 }]],
    ['a part of one', [{ ...search, max_uses: 1.5 }]],
    ['by code', [{ ...search, allowed_callers: ['code_execution_20250825'] }]],
    ['of another kind', [{ ...search, type: 'web_search_20260209' }]],
    ['by fetching', [{ type: 'web_fetch_20250910', name: 'web_fetch' }]],
  ])('is refused %s', (_, tools) =>
    expect(() => read(...tools)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error),
  )

  test('is counted as the provider tells it, and as it is seen before that', () => {
    const usage = { input_tokens: 5, output_tokens: 6, server_tool_use: { web_search_requests: 2 } }
    const body = bytesOf(JSON.stringify({ type: 'message', content: [], usage }))
    expect(anthropicMessages.readAnswer(body)?.usage).toMatchObject({ webSearches: 2 })
    const scanner = anthropicMessages.scanStream(read(search), quirks)
    const content_block = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }
    scanner.push(bytesOf(start() + event({ type: 'content_block_start', index: 0, content_block })))
    expect(scanner.webSearches).toBe(1)
    const plain = anthropicMessages.scanStream(read(), quirks)
    plain.push(bytesOf(wholeStream))
    expect(plain.usage).not.toHaveProperty('webSearches')
  })

  test('is none where tokens are only counted', () => {
    const body = bytesOf(JSON.stringify(request({ tools: [search] })))
    expect(countingMessages.dialect.read({ body })).not.toHaveProperty('webSearches')
  })

  test('cannot be said to providers that speak otherwise', () =>
    expect(() => anthropicMessages.decodeCall(read(search))).toThrow(
      expect.objectContaining({ code: 'cannot_translate' }) as Error,
    ))
})
