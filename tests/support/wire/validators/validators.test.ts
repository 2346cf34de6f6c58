import { describe, expect, test } from 'vitest'
import { post, wireFor } from '../setup.ts'
import { validateAnswer, validateError, validateStream } from './index.ts'
import { bytesOf, changed, dataOf, eventsOf, without, withStranger } from './mutants.ts'
import { answerOf, formats, fullScene, scenes, streamOf } from './samples.ts'

/** Fields that none may leave out. */
const required = {
  'openai-chat': [
    'id',
    'object',
    'created',
    'model',
    'choices',
    'index',
    'message',
    'role',
    'content',
    'refusal',
    'finish_reason',
    'logprobs',
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'name',
    'function',
  ],
  'openai-responses': [
    'id',
    'object',
    'created_at',
    'status',
    'error',
    'incomplete_details',
    'instructions',
    'model',
    'output',
    'parallel_tool_calls',
    'temperature',
    'top_p',
    'usage',
    'call_id',
    'name',
    'summary',
    'annotations',
    'cached_tokens',
    'cache_write_tokens',
    'reasoning_tokens',
    'total_tokens',
  ],
  'anthropic-messages': [
    'id',
    'type',
    'role',
    'model',
    'content',
    'stop_reason',
    'stop_sequence',
    'usage',
    'input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'thinking',
    'signature',
    'text',
    'name',
  ],
  gemini: [
    'role',
    'finishReason',
    'promptTokenCount',
    'totalTokenCount',
    'usageMetadata',
    'modelVersion',
    'responseId',
    'functionCall',
    'name',
  ],
}

/** Fields that none may leave out of an event. */
const requiredInEvents = {
  'openai-chat': ['id', 'object', 'created', 'model', 'choices', 'index', 'delta', 'finish_reason'],
  'openai-responses': [
    'type',
    'sequence_number',
    'item_id',
    'output_index',
    'content_index',
    'summary_index',
    'delta',
    'part',
    'item',
    'response',
  ],
  'anthropic-messages': [
    'type',
    'index',
    'delta',
    'content_block',
    'message',
    'usage',
    'stop_reason',
    'output_tokens',
    'partial_json',
  ],
  gemini: ['modelVersion', 'responseId', 'role', 'promptTokenCount'],
}

describe.each(formats)('%s', (format) => {
  test.each(scenes)('what the vendor answers is legal: %j', async (scene) => {
    validateAnswer(format, await answerOf(format, scene))
    expect(validateStream(format, await streamOf(format, scene)).failed).toBe(false)
  })

  test('an answer with a field too many is refused', async () => {
    const answer = await answerOf(format, fullScene)
    let count = 0
    for (const mutant of withStranger(answer)) {
      expect(() => validateAnswer(format, mutant), JSON.stringify(mutant)).toThrow(/zzz|exactly/)
      count++
    }
    expect(count).toBeGreaterThan(7)
  })

  test('an answer with a field too few is refused', async () => {
    const answer = await answerOf(format, fullScene)
    const seen = new Set<string>()
    for (const [path, mutant] of without(answer, required[format])) {
      expect(() => validateAnswer(format, mutant), path).toThrow()
      seen.add(path.split('.').at(-1) ?? '')
    }
    expect([...seen].sort()).toEqual(required[format].toSorted())
  })

  test('an event with a field too many or too few is refused', async () => {
    const events = eventsOf(await streamOf(format, fullScene))
    const seen = new Set<string>()
    for (const [at, event] of events.entries()) {
      const data = dataOf(event)
      const replaced = (mutant: unknown) =>
        bytesOf(
          events.with(
            at,
            changed(event, () => mutant),
          ),
        )
      for (const mutant of withStranger(data))
        expect(() => validateStream(format, replaced(mutant)), JSON.stringify(mutant)).toThrow(/zzz|exactly/)
      for (const [path, mutant] of without(data, requiredInEvents[format])) {
        expect(() => validateStream(format, replaced(mutant)), `${path} of ${event}`).toThrow()
        seen.add(path.split('.').at(-1) ?? '')
      }
    }
    expect([...seen].sort()).toEqual(requiredInEvents[format].toSorted())
  })

  test('a word of the gateway may stand beside', async () => {
    const answer = (await answerOf(format, fullScene)) as object
    validateAnswer(format, { ...answer, weir: { charge: '0.1' } })
    const events = eventsOf(await streamOf(format, fullScene))
    const at = format === 'openai-chat' ? events.length - 2 : events.length - 1
    const last = changed(events[at] ?? '', (data) => ({ ...data, weir: {} }))
    validateStream(format, bytesOf(events.with(at, last)))
  })

  test('an error that the vendor tells is legal, and nothing else', async () => {
    const wire = await wireFor(format)
    const path = format === 'gemini' ? '/models/m:generateContent' : '/nothing'
    const error: unknown = await (await post(wire, path, { body: {} })).json()
    validateError(format, error)
    for (const mutant of withStranger(error)) expect(() => validateError(format, mutant)).toThrow('zzz')
    for (const [path, mutant] of without(error, ['error', 'message'])) {
      expect(() => validateError(format, mutant), path).toThrow('missing')
    }
    expect(() => validateError(format, 'no')).toThrow()
  })

  test('an error in the middle is the end', async () => {
    const bytes = await streamOf(format, { ...fullScene, error: { status: 500 }, errorAfter: 3 })
    expect(validateStream(format, bytes)).toMatchObject({ failed: true })
    const events = eventsOf(bytes)
    expect(() => validateStream(format, bytesOf([...events, events[2] ?? '']))).toThrow()
  })

  test('a stream that is cut is refused', async () => {
    const bytes = await streamOf(format, fullScene)
    const events = eventsOf(bytes)
    expect(() => validateStream(format, bytes.subarray(0, -1))).toThrow('in the middle of an event')
    expect(() => validateStream(format, bytesOf(events.slice(0, -1)))).toThrow()
    expect(() => validateStream(format, bytesOf([]))).toThrow()
    expect(() => validateStream(format, Buffer.from('data {}\n\n'))).toThrow('has the line')
    expect(() => validateStream(format, Uint8Array.from([0xff, 10, 10]))).toThrow('no UTF-8')
  })
})
