import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { translate, upstreams } from './openai-upstream.ts'

describe.each(upstreams)('the name of a tool in %s', (to) => {
  const messageOf = (name: string) => {
    try {
      translate('gemini', to, 'gpt-4.1')({ tools: [{ functionDeclarations: [{ name }] }] })
      return undefined
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      expect(error.code).toBe('cannot_translate')
      return error.message
    }
  }

  test.each(['files.read', 'mcp:list', 'a'.repeat(65), 'größe'])('is refused here: %s', (name) => {
    expect(messageOf(name)).toMatch(/letters, digits, _ and -/)
  })

  test.each(['get_time', 'Get-Time-2', 'a'.repeat(64)])('goes up: %s', (name) => {
    expect(messageOf(name)).toBeUndefined()
  })

  test('is refused where it was called earlier, too', () => {
    const contents = [
      { role: 'user', parts: [{ text: 'Hello' }] },
      { role: 'model', parts: [{ functionCall: { name: 'files.read', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'files.read', response: {} } }] },
    ]
    const send = () => translate('gemini', to, 'gpt-4.1')({ contents })
    expect(send).toThrow(/files\.read/)
  })
})

describe.each(upstreams)('a document that is a text, in %s', (to) => {
  const shown = (...titles: (string | undefined)[]) =>
    translate(
      'anthropic-messages',
      to,
      'gpt-4.1',
    )({
      messages: [
        {
          role: 'user',
          content: [
            ...titles.map((title, at) => ({
              type: 'document',
              source: { type: 'text', media_type: 'text/plain', data: `Text ${at}.` },
              ...(title !== undefined && { title }),
            })),
            { type: 'text', text: 'Compare them.' },
          ],
        },
      ],
    })

  test('has its name in front', () => {
    const { body, dropped } = shown('One', 'Two', undefined)
    const told = JSON.stringify(body['messages'] ?? body['input'])
    expect(told).toMatch(/One[^T]*Text 0\..*Two[^T]*Text 1\..*Text 2\..*Compare them\./)
    expect(dropped).toEqual([])
  })
})
