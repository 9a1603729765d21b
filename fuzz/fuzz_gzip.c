// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: files that are gzip. The first byte chooses what the others are:
 *   0  the file
 *   1  a deflate stream, with a head before it and the checksum of its content behind it
 *   2  content, packed here, with the head, the cut into members, the padding and the damage that three more bytes say
 * What was packed here and not damaged must come back.
 */
#include "base/file.h"
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

enum { LIMIT = 1 << 16, ROOM = 1 << 14 };
static uint8_t file[ROOM], content[LIMIT + 1];

/* Reads the file; `want` (null: nothing is known) is what must come. */
static void read_file(size_t size, size_t limit, const uint8_t *want, size_t n)
{
    bmi_error e = { 0 };
    unsigned char *bytes;
    size_t got;
    if (bmi_file_read(&e, (bm_place){ 0 }, fuzz_context(), fuzz_file(file, size), limit, &bytes, &got)) {
        fuzz_check(*e.text && !want);
        return;
    }
    fuzz_check((!limit || got <= limit) && bytes[got] == 0);
    if (want) fuzz_check(got == n && !memcmp(bytes, want, n));
    bmi_file_release(fuzz_context(), bytes, got);
}

static void put(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(v >> 8 * i);
}

static void deflated(const uint8_t *bytes, size_t size)
{
    static const uint8_t head[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
    z_stream z = { .next_in = bytes, .avail_in = (unsigned)size, .next_out = content, .avail_out = sizeof content };
    fuzz_check(inflateInit2(&z, -MAX_WBITS) == Z_OK);
    const bool whole = inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out <= LIMIT;
    const size_t used = size - z.avail_in, n = sizeof content - z.avail_out;
    inflateEnd(&z);
    memcpy(file, head, sizeof head);
    memcpy(file + 10, bytes, used);
    put(file + 10 + used, (uint32_t)crc32(0, content, (unsigned)n));
    put(file + 14 + used, (uint32_t)n);
    read_file(18 + used, LIMIT, whole ? content : NULL, n);
}

/* One member with the head that `how` says; its size. */
static size_t pack(const uint8_t *bytes, size_t size, int how, uint8_t *to, size_t room)
{
    static uint8_t name[] = "digits.csv", note[] = "by hand", extra[] = { 'a', 'b', 2, 0, 1, 2 };
    gz_header head = { .os = 3,
                       .hcrc = how & 4,
                       .name = how & 8 ? name : NULL,
                       .comment = how & 16 ? note : NULL,
                       .extra = how & 32 ? extra : NULL,
                       .extra_len = sizeof extra };
    z_stream z = { .next_in = bytes, .avail_in = (unsigned)size, .next_out = to, .avail_out = (unsigned)room };
    fuzz_check(deflateInit2(&z, how & 1 ? 9 : 0, Z_DEFLATED, 16 + 9, 1, Z_DEFAULT_STRATEGY) == Z_OK);
    deflateSetHeader(&z, &head);
    const bool whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
    fuzz_check(whole);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void packed(const uint8_t *bytes, size_t size)
{
    const int how = bytes[0], where = bytes[1], damage = bytes[2];
    const size_t first = how & 2 ? (size - 3) / 2 : size - 3;
    size_t n = pack(bytes + 3, first, how, file, ROOM);
    if (how & 2) n += pack(bytes + 3 + first, size - 3 - first, how >> 1, file + n, ROOM - n);
    if (how & 64) memset(file + n, 0, 100), n += 100;
    const size_t at = where < 64 ? (size_t)where : n - 1 - (size_t)(where - 64) % n; /* heads and checksums lie at the ends */
    if (damage == 255) n = at < n ? at : n;
    else if (at < n) file[at] ^= (uint8_t)damage;
    read_file(n, how & 128 ? 1000 : 0, damage || (how & 128) ? NULL : bytes + 3, size - 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size || size > ROOM / 2) return 0;
    switch (bytes[0] % 3) {
    case 0:
        memcpy(file, bytes + 1, size - 1);
        read_file(size - 1, LIMIT, NULL, 0);
        break;
    case 1: deflated(bytes + 1, size - 1); break;
    default:
        if (size > 4) packed(bytes + 1, size - 1);
    }
    return 0;
}
