import { z } from 'zod'

const count = z.int().min(0)
const milliseconds = z.number().min(0)

/**
 * What a test asks of the simulator, in the field `sim` of a request body, or by `always` and `next`.
 * Every option may be left out; an unknown one is answered with 400, so that a slip shows.
 */
export const scriptSchema = z
  .strictObject({
    /** The answer's text; a token is a piece of at most eight characters between spaces. */
    text: z.string(),
    /** So many words of the standard text, one token each (12). */
    words: count,
    /** How many tools are called, two at `true`; arguments that no text goes before, unless `text` is given. */
    tool_calls: z.union([z.boolean(), count]),
    /** So many choices, in place of the body's `n`. */
    n: count,
    reasoning_tokens: count,
    cached_tokens: count,
    cache_write_tokens: count,
    /** In place of a quarter of the bytes of the messages' text. */
    prompt_tokens: count,
    /** Told in place of what was made. */
    completion_tokens: count,
    finish_reason: z.string(),
    /** `false`: never told. An object: laid over the usage, as it stands. */
    usage: z.union([z.literal(false), z.record(z.string(), z.unknown())]),
    no_done: z.boolean(),
    /** So many blank lines or comments before the answer, in place of the vendor's habit. */
    keep_alives: count,

    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()),
    /** In place of the vendor's envelope; a text is sent as it stands. */
    error_body: z.unknown(),
    fail: z.enum([
      'before_head',
      'reset_mid_stream',
      'stall_before_head',
      'stall_mid_stream',
      'error_event_mid_stream',
      'end_without_finish',
      'rubbish',
      'html_200',
      'truncated_json',
      'wrong_content_length',
    ]),
    /** The failure comes after so many pieces; below zero it counts from the end. */
    fail_after: z.int(),

    /** Before the head. */
    delay_ms: milliseconds,
    /** Between the head and the first byte of the body. */
    first_byte_ms: milliseconds,
    /** Between two pieces. */
    chunk_ms: milliseconds,
    /** Holds the answer until the test calls `release` with this name. */
    wait_for: z.string(),
    /** Where it is held: after so many pieces (0: after the head), below zero from the end. Left out: before the head. */
    wait_after: z.int(),
    /** How the bytes are cut into TCP writes. Left out: all that is due goes at once. */
    split: z.enum(['bytes', 'utf8', 'events', 'crlf']),
  })
  .partial()

export type Script = z.infer<typeof scriptSchema>
