import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRequest } from '../../src/dialects/openai-responses/read-request.ts'
import { bytesOf } from './splits.ts'

const base = { model: 'gpt-5.2', input: 'hi' }
const item = (item: unknown) => ({ ...base, input: [item] })
const part = (part: object) => item({ role: 'user', content: [part] })

describe('how much a request brings in', () => {
  const sizeOf = (body: object) => readRequest({ body: bytesOf(JSON.stringify(body)) }).size

  test('no text has more bytes than were counted, whatever it holds and wherever it is', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    fc.assert(
      fc.property(text, text, fc.nat(300), (prompt, tool, media) => {
        const image = { type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(media)}` }
        const content = [{ type: 'input_text', text: prompt, image_url: 'data:xyz' }, image]
        const tools = [{ type: 'function', name: tool, description: prompt }]
        const input = [{ role: 'user', content }]
        const size = sizeOf({ model: 'a', instructions: tool, input, tools })
        expect(size.textBytes).toBeGreaterThanOrEqual(Buffer.byteLength(prompt + tool + prompt + tool))
        expect(size).toMatchObject({ images: 1, unbounded: false })
      }),
      { numRuns: 150 },
    )
  })

  test('an image’s data is no text, its address is', () => {
    const url = (image_url: string) => sizeOf(part({ type: 'input_image', image_url })).textBytes
    expect(url(`data:${'A'.repeat(500)}`)).toBe(url(`data:${'A'.repeat(5)}`))
    expect(url(`https:${'A'.repeat(500)}`)).toBe(url(`https:${'A'.repeat(5)}`) + 495)
  })

  test('data that only looks like an image’s is text', () => {
    const long = { image_url: `data:${'A'.repeat(500)}` }
    expect(sizeOf(part({ type: 'input_text', text: 'a', ...long })).textBytes).toBeGreaterThan(500)
    expect(sizeOf({ ...base, metadata: long })).toMatchObject({ images: 0 })
  })

  test('counts images in what tools gave back, and those that were made', () => {
    const image = { type: 'input_image', image_url: 'https://example.com/a.png' }
    const made = { type: 'image_generation_call', id: 'ig_1', result: 'A'.repeat(500) }
    const input = [{ type: 'function_call_output', call_id: 'c', output: [image, image] }, made]
    const size = sizeOf({ ...base, input })
    expect(size).toMatchObject({ images: 3, unbounded: false })
    expect(size.textBytes).toBeLessThan(500)
  })

  test.each([
    part({ type: 'input_file', file_data: 'data:application/pdf;base64,AA' }),
    part({ type: 'input_file', file_url: 'https://example.com/a.pdf' }),
    part({ type: 'input_audio', input_audio: { data: 'AA', format: 'mp3' } }),
    item({ type: 'compaction', encrypted_content: 'AA' }),
    item({ type: 'tool_search_call', execution: 'client', arguments: {} }),
  ])('%j has no bound', (body) => expect(sizeOf(body).unbounded).toBe(true))

  test('what is said, thought and called is bounded by its text', () => {
    const input = [
      { role: 'user', content: 'hi' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'a' }],
        encrypted_content: 'g',
      },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'ok' },
      { type: 'local_shell_call', id: 'l', call_id: 'c', action: { type: 'exec', command: ['ls'], env: {} } },
      { type: 'shell_call_output', call_id: 'c', output: [{ outcome: { type: 'exit', exit_code: 0 } }] },
    ]
    expect(sizeOf({ ...base, input })).toMatchObject({ images: 0, unbounded: false })
  })
})
