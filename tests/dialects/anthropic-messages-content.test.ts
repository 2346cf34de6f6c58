import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { read, request } from './anthropic-events.ts'
import { bytesOf } from './splits.ts'

function refusal(fields: object): WeirError {
  try {
    read(fields)
  } catch (error) {
    if (error instanceof WeirError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('what is in the messages', () => {
  const size = (...content: unknown[]) => read({ messages: [{ role: 'user', content }] }).size
  const base64 = 'A'.repeat(50_000)
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } }

  test('embedded images are counted, and not as text', () => {
    expect(size(image, image)).toMatchObject({ images: 2, unbounded: false })
    expect(size(image, image).textBytes).toBeLessThan(1_000)
    expect(size({ type: 'tool_result', tool_use_id: 'a', content: [image] })).toMatchObject({ images: 1 })
    expect(size({ type: 'image', source: { type: 'url', url: 'https://x/y.png' } })).toMatchObject({
      images: 1,
    })
  })

  test('a document may bring as much as it likes, but for a text', () => {
    const document = (source: object) => ({ type: 'document', source })
    const pdf = size(document({ type: 'base64', media_type: 'application/pdf', data: base64 }))
    expect(pdf).toMatchObject({ unbounded: true, images: 0 })
    expect(pdf.textBytes).toBeLessThan(1_000)
    expect(size(document({ type: 'url', url: 'https://x/y.pdf' })).unbounded).toBe(true)
    const plain = size(document({ type: 'text', media_type: 'text/plain', data: base64 }))
    expect(plain.unbounded).toBe(false)
    expect(plain.textBytes).toBeGreaterThan(50_000)
    expect(size(document({ type: 'content', content: [image, { type: 'text', text: 'x' }] }))).toMatchObject({
      images: 1,
      unbounded: false,
    })
  })

  test('what a tool was given is text, whatever it looks like', () => {
    const input = { type: 'document', file_id: 'x', role: 'user', content: [image], source: image.source }
    const call = { type: 'tool_use', id: 'a', name: 'f', input }
    expect(size(call)).toMatchObject({ images: 0, unbounded: false })
    expect(size(call).textBytes).toBeGreaterThan(100_000)
    const schema = { type: 'object', properties: { image, file: { file_id: 'x' } } }
    expect(read({ tools: [{ name: 'f', input_schema: schema }] }).size).toMatchObject({ images: 0 })
  })

  test('thoughts, results and marks are bounded by their text; what is not known is not', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } }
    const bounded = size(
      { type: 'text', text: 'x', ...mark },
      { type: 'thinking', thinking: 'x', signature: 'y' },
      { type: 'redacted_thinking', data: 'z' },
      { type: 'search_result', source: 'https://x', title: 'x', content: [{ type: 'text', text: 'x' }] },
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'tool_reference', tool_name: 'f' }] },
    )
    expect(bounded.unbounded).toBe(false)
    expect(size({ type: 'web_search_tool_result', tool_use_id: 'a', content: [] }).unbounded).toBe(true)
  })

  test.each([
    { type: 'image', source: { type: 'file', file_id: 'file_1' } },
    { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    { type: 'document', source: { type: 'content', content: [{ type: 'image', source: { type: 'file' } }] } },
    { type: 'container_upload', file_id: 'file_1' },
    { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source: { type: 'file' } }] },
    {
      type: 'code_execution_tool_result',
      content: { content: [{ type: 'code_execution_output', file_id: 'f' }] },
    },
  ])('a file of others is not found: %j', (block) => {
    expect(refusal({ messages: [{ role: 'user', content: [block] }] })).toMatchObject({
      code: 'not_found',
      status: 404,
    })
    expect(refusal({ messages: [{ role: 'user', content: block }] })).toMatchObject({ code: 'not_found' })
  })

  test('a long prompt with many tools and marks is read', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const tools = Array.from({ length: 100 }, (_, index) => ({
      name: `tool_${index}`,
      description: 'Does what it says. '.repeat(50),
      input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
    }))
    const system = [{ type: 'text', text: 'You are careful. '.repeat(30_000), ...mark }]
    const messages = Array.from({ length: 400 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: [{ type: 'text', text: 'Well… '.repeat(100), ...mark }],
    }))
    const body = bytesOf(JSON.stringify(request({ tools, system, messages })))
    expect(body.length).toBeGreaterThan(900_000)
    expect(anthropicMessages.read({ body }).size.textBytes).toBeGreaterThanOrEqual(body.length)
  })
})
