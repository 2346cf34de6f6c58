/** The bytes of a base64 text; undefined if it is none. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
    return bytes
  } catch {
    return undefined
  }
}

/** So few that they can be the arguments of one call. */
const stride = 8192

export function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += stride)
    binary += String.fromCharCode(...bytes.subarray(at, at + stride))
  return btoa(binary)
}
