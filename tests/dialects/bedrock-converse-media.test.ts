import { describe, expect, test } from 'vitest'
import type { MediaPart } from '../../src/core/chat/call.ts'
import { assistant, blocksOf, encode, hello, models, text, toolCall, user } from './bedrock-converse-calls.ts'

const media = (type: MediaPart['type'], mediaType: string, more: Partial<MediaPart> = {}): MediaPart => ({
  type,
  source: { type: 'base64', mediaType, data: 'AAAA' },
  ...more,
})
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'cannot_translate',
    message: expect.stringContaining(message) as string,
  }) as Error

describe('images', () => {
  test.each([
    ['image/png', 'png'],
    ['image/jpeg', 'jpeg'],
    ['image/jpg', 'jpeg'],
    ['IMAGE/WEBP', 'webp'],
    ['image/gif; charset=binary', 'gif'],
  ])('%s is %s', (mediaType, format) => {
    expect(blocksOf([media('image', mediaType)])).toEqual({
      content: [{ image: { format, source: { bytes: 'AAAA' } } }],
      dropped: [],
    })
  })

  test('by URL are refused, with advice', () => {
    const source = { type: 'url', url: 'https://a.example/cat.png' } as const
    expect(() => blocksOf([{ type: 'image', source }])).toThrow(refusal('send the image as base64'))
  })

  test('of other types are refused, with those that are taken', () => {
    expect(() => blocksOf([media('image', 'image/tiff')])).toThrow(refusal('send png, jpeg, gif, webp'))
  })

  test('in what the assistant said are refused', () => {
    expect(() => encode({ turns: [hello, assistant(media('image', 'image/png'))] })).toThrow(
      refusal('in what the assistant said'),
    )
  })

  test('a wish for detail is named, unless it is none', () => {
    expect(blocksOf([media('image', 'image/png', { detail: 'high' })]).dropped).toEqual(['detail'])
    expect(blocksOf([media('image', 'image/png', { detail: 'auto' })]).dropped).toEqual([])
  })
})

describe('documents', () => {
  const named = (...names: (string | undefined)[]) => {
    const parts = names.map((name) =>
      media('document', 'application/pdf', name === undefined ? {} : { name }),
    )
    const { content } = blocksOf([text('Look'), ...parts])
    return content?.slice(1).map((block) => (block as { document: { name: string } }).document.name)
  }

  test('have names that Bedrock takes', () => {
    expect(named('report.pdf', 'résumé', "John's  report #1", 'a\tb', '분기보고서', '', undefined)).toEqual([
      'report',
      'resume',
      'John s report 1',
      'a b',
      'document',
      'document 2',
      'document 3',
    ])
    expect(named('x'.repeat(300))?.[0]).toHaveLength(180)
  })

  test('have names that are unlike each other', () => {
    expect(named('a.pdf', 'a.md', 'a 2', 'a')).toEqual(['a', 'a 2', 'a 2 2', 'a 3'])
  })

  test.each([
    ['application/pdf', undefined, 'pdf'],
    ['application/msword', undefined, 'doc'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', undefined, 'xlsx'],
    ['text/markdown', undefined, 'md'],
    ['text/plain', undefined, 'txt'],
    ['text/x-python', undefined, 'txt'],
    ['application/octet-stream', 'notes.DOCX', 'docx'],
  ])('%s (%s) is %s', (mediaType, name, format) => {
    const { content } = blocksOf([media('document', mediaType, name === undefined ? {} : { name })])
    expect(content?.[0]).toMatchObject({ document: { format } })
  })

  test.each(['application/zip', 'constructor/__proto__'])('%s is refused', (mediaType) => {
    expect(() => blocksOf([media('document', mediaType)])).toThrow(refusal('send pdf, csv'))
  })

  test('that are all text go up as its bytes', () => {
    const { content } = blocksOf([
      text('Look'),
      { type: 'document', source: { type: 'text', text: 'Zürich 🌊' } },
    ])
    expect(content?.[1]).toEqual({
      document: {
        format: 'txt',
        name: 'document',
        source: { bytes: Buffer.from('Zürich 🌊').toString('base64') },
      },
    })
  })

  test('as long as they may be, too', () => {
    const long = 'é'.repeat(100_000)
    const { content } = blocksOf([{ type: 'document', source: { type: 'text', text: long } }])
    expect(content?.[0]).toMatchObject({
      document: { source: { bytes: Buffer.from(long).toString('base64') } },
    })
  })

  test('have some text beside them', () => {
    const document = media('document', 'application/pdf', { name: 'a' })
    expect(blocksOf([document, { ...document, name: 'b' }]).content?.[2]).toEqual({ text: 'Attached: a, b' })
    expect(blocksOf([document, text('Look')]).content).toHaveLength(2)
  })

  test('are cited, and have context, with Claude', () => {
    const document = media('document', 'application/pdf', { name: 'a', cite: true, context: 'of 1999' })
    const fields = { citations: { enabled: true }, context: 'of 1999' }
    expect(blocksOf([document])).toMatchObject({ content: [{ document: fields }, {}], dropped: [] })
    const { content, dropped } = blocksOf([document], models.nova)
    expect(content?.[0]).toEqual({ document: { format: 'pdf', source: { bytes: 'AAAA' }, name: 'a' } })
    expect(dropped).toEqual(['citations', 'document_context'])
  })
})

describe('audio and video', () => {
  test.each([
    ['audio', 'audio/wav', 'wav'],
    ['audio', 'audio/mpeg', 'mp3'],
    ['video', 'video/mp4', 'mp4'],
    ['video', 'video/quicktime', 'mov'],
    ['video', 'video/3gpp', 'three_gp'],
  ] as const)('%s of %s is %s', (type, mediaType, format) => {
    expect(blocksOf([media(type, mediaType)], models.nova2).content).toEqual([
      { [type]: { format, source: { bytes: 'AAAA' } } },
    ])
  })

  test.each(['audio', 'video'] as const)('%s is refused for Claude', (type) => {
    expect(() => blocksOf([media(type, `${type}/mp4`)])).toThrow(refusal(`takes no ${type}`))
  })
})

describe('in results of tools', () => {
  const withResult = (content: MediaPart, model?: string) => {
    const result = {
      type: 'tool_result',
      callId: 'a',
      content: [content],
      isError: false,
      kind: 'function',
    } as const
    const tools = [{ kind: 'function', name: 'f' } as const]
    return encode({ turns: [hello, assistant(toolCall('a')), user(result)], tools }, model).wire.messages[2]
  }

  test('images and documents go up', () => {
    expect(withResult(media('image', 'image/png'))?.content).toMatchObject([
      { toolResult: { content: [{ image: { format: 'png' } }] } },
    ])
    expect(withResult(media('document', 'application/pdf'))?.content).toMatchObject([
      { toolResult: { content: [{ document: { name: 'document' } }] } },
    ])
  })

  test('audio is refused', () => {
    expect(() => withResult(media('audio', 'audio/wav'), models.nova2)).toThrow(refusal('result of a tool'))
  })
})
