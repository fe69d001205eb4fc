/**
 * Gives the memory of bytes back at once, on the word of who made them that nobody reads them any more. Left to the
 * garbage collector they pile up outside of its heap, for which it marks all of that heap over and over; memory that is
 * warm from the last bytes is also quicker: 18 KB cost 0.7 us of CPU instead of 4. Bytes that are part of a larger piece,
 * as small ones of Buffer's pool are, stay as they are.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
