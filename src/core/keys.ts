import { isSlug } from './ids.ts'

/**
 * A key is `wr_<org>_<secret>_<checksum>`. It names its org, so that its ledger is found without a directory,
 * and carries a CRC-32 of all before it, so that a mistyped key is refused without asking anyone.
 */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const secretLength = 32
const checksumLength = 6
const keyPattern = /^wr_((?:eu-)?[a-z0-9]{2,20})_[0-9A-Za-z]{32}_([0-9A-Za-z]{6})$/

/** A new key: 190 random bits from the platform's generator. It is shown once; only its hash is kept. */
export function newKey(org: string): string {
  const body = `wr_${org}_${randomText(secretLength)}`
  return `${body}_${checksum(body)}`
}

/** A new root admin key. */
export function newAdminKey(): string {
  return `wradm_${randomText(40)}`
}

/** The org that a key names, or undefined if the text is no well-formed key. Says nothing of whether the key exists. */
export function orgOfKey(key: string): string | undefined {
  const match = keyPattern.exec(key)
  const org = match?.[1]
  if (!org || !isSlug(org)) return undefined
  return checksum(key.slice(0, -checksumLength - 1)) === match[2] ? org : undefined
}

function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(64))) {
      // 248 is the largest multiple of 62 in a byte: rejecting the rest keeps the letters equally likely.
      if (byte < 248 && text.length < length) text += alphabet.charAt(byte % 62)
    }
  }
  return text
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crc32(ascii: string): number {
  let crc = 0xffffffff
  for (let i = 0; i < ascii.length; i++)
    crc = (crcTable[(crc ^ ascii.charCodeAt(i)) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
