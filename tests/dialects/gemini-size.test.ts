import { describe, expect, test } from 'vitest'
import { read } from './gemini-wire.ts'

describe('how much it brings in', () => {
  const sizeOf = (parts: unknown[], more: object = {}) => {
    const text = JSON.stringify({ contents: [{ role: 'user', parts }], ...more })
    return { ...read(text).size, bytes: text.length }
  }
  const data = 'A'.repeat(400)

  test('images count as images, by either spelling, and wherever Google looks for them', () => {
    const image = { inlineData: { mimeType: 'image/png', data } }
    const old = { inline_data: { mime_type: 'IMAGE/jpeg', data } }
    const result = { functionResponse: { name: 'f', response: {}, parts: [image] } }
    const { images, unbounded, textBytes, bytes } = sizeOf([image, old, result], {
      systemInstruction: { parts: [image] },
    })
    expect({ images, unbounded, textBytes }).toEqual({ images: 4, unbounded: false, textBytes: bytes - 1600 })
  })

  test('what only looks like an image within a result or its arguments is text', () => {
    const image = { inlineData: { mimeType: 'image/png', data } }
    const { images, textBytes, bytes } = sizeOf([
      { functionResponse: { name: 'f', response: image } },
      { functionCall: { name: 'f', args: image } },
    ])
    expect({ images, textBytes }).toEqual({ images: 0, textBytes: bytes })
  })

  test.each<[string, object, boolean]>([
    ['text', { text: 'hi', thought: true, thoughtSignature: 'x' }, false],
    ['text in bytes', { inlineData: { mimeType: 'text/plain', data } }, false],
    ['audio', { inlineData: { mimeType: 'audio/wav', data } }, true],
    ['a PDF', { inlineData: { mimeType: 'application/pdf', data } }, true],
    ['bytes of no kind', { inlineData: { data } }, true],
    ['a video from the web', { fileData: { fileUri: 'https://youtu.be/x' } }, true],
    ['a part of a new kind', { hologram: {} }, true],
    [
      'a picture looked at closely',
      { text: '', mediaResolution: { level: 'MEDIA_RESOLUTION_ULTRA_HIGH' } },
      true,
    ],
    ['a picture as usual', { text: '', media_resolution: { level: 'MEDIA_RESOLUTION_HIGH' } }, false],
  ])('%s', (_, part, unbounded) => expect(sizeOf([part]).unbounded).toBe(unbounded))

  test.each([
    'https://generativelanguage.googleapis.com/v1beta/files/abc',
    'HTTPS://GenerativeLanguage.GoogleAPIs.com/v1beta/files/abc',
    'files/abc',
    'gs://bucket/file',
  ])('the file %s was issued to nobody here', (fileUri) => {
    const part = { file_data: { file_uri: fileUri } }
    const refused = expect.objectContaining({ code: 'not_found', details: { param: 'fileData' } })
    expect(() => read({ contents: [{ parts: [part] }] })).toThrow(refused)
    const functionResponse = { name: 'f', parts: [part] }
    expect(() => read({ contents: [{ parts: [{ functionResponse }] }] })).toThrow(refused)
  })
})
