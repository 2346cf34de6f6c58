import { describe, expect, test } from 'vitest'
import { readError } from '../../src/dialects/openai-chat/read-error.ts'
import { bytesOf } from './splits.ts'

describe('readError', () => {
  test.each([
    ['{"error":{"code":"insufficient_quota"}}', 'insufficient_quota'],
    ['{"code":"Arrearage","message":"bare"}', 'Arrearage'],
    ['{"error":{"code":null}}', undefined],
    ['{"error":{"code":429}}', undefined],
    ['{"error":"text"}', undefined],
    ['<html>', undefined],
    ['[{"error":{"code":"x"}}]', 'x'],
  ])('%s', (body, code) => expect(readError(bytesOf(body)).code).toBe(code))

  test.each<[string, string, object]>([
    [
      'OpenAI',
      '{"error":{"message":"Too long.","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}',
      { code: 'context_length_exceeded', message: 'Too long.' },
    ],
    [
      'a type that stands for the code',
      '{"error":{"message":"No.","type":"insufficient_quota","code":null}}',
      { code: 'insufficient_quota', message: 'No.' },
    ],
    ['SiliconFlow: a bare text', '"Invalid token"', { message: 'Invalid token' }],
    ['a text that is no JSON', 'upstream connect error\n', { message: 'upstream connect error' }],
    ['a page of a proxy', '<html><body>502</body></html>', {}],
    ['nothing', '', {}],
    ['Fireworks: an error that is a text', '{"error":"no such model"}', { message: 'no such model' }],
    ['a list of errors', '{"error":[{"code":"a","message":"b"}]}', { code: 'a', message: 'b' }],
    [
      'DashScope',
      '{"code":"InvalidParameter","message":"m","request_id":"r"}',
      { code: 'InvalidParameter', message: 'm' },
    ],
    ['Baidu', '{"error_code":336501,"error_msg":"rpm"}', { code: '336501', message: 'rpm' }],
    ['Huawei', '{"error_code":"APIG.0101","error_msg":"m"}', { code: 'APIG.0101', message: 'm' }],
    [
      'Tencent',
      '{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"m"},"RequestId":"r"}}',
      { code: 'AuthFailure.SignatureFailure', message: 'm' },
    ],
    ['MiniMax', '{"base_resp":{"status_code":1008,"status_msg":"m"}}', { code: '1008', message: 'm' }],
    ['MiniMax, all well', '{"base_resp":{"status_code":0,"status_msg":"success"}}', { message: 'success' }],
    ['Voyage', '{"detail":"m"}', { message: 'm' }],
    [
      'FastAPI',
      '{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}',
      { message: 'field required' },
    ],
    [
      'Cloudflare',
      '{"errors":[{"code":7003,"message":"m"}],"success":false}',
      { code: '7003', message: 'm' },
    ],
    ['Bedrock', '{"message":"m"}', { message: 'm' }],
    [
      'vLLM',
      '{"object":"error","message":"m","type":"BadRequestError","code":400}',
      { code: 'BadRequestError', message: 'm' },
    ],
    [
      'Gemini',
      '[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}]',
      { code: 'INVALID_ARGUMENT', message: 'm' },
    ],
    ['of another kind', '{"error":{"code":{},"message":[]}}', {}],
    ['a number', '7', {}],
  ])('%s', (_, body, facts) => expect(readError(bytesOf(body))).toEqual(facts))

  test('does not hand on more than a page', () => {
    const body = JSON.stringify({ error: { message: 'x'.repeat(5000) } })
    expect(readError(bytesOf(body)).message).toHaveLength(2000)
  })
})
