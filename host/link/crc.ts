/** CRC-32/ISO-HDLC, the one of zlib, PNG and Ethernet. Check value: "123456789" gives CBF43926. */

import { crc32 as zlibCrc32 } from "node:zlib";

/** CRC-32 of `data`, continuing `before`, the CRC-32 of the bytes in front of it. */
export function crc32(data: Uint8Array, before = 0): number {
  return zlibCrc32(data, before);
}
