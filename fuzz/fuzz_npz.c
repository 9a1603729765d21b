// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: NPZ files. When the first byte is even the rest is the file. Else it is members, from which an archive is built: one byte
 * says how (see `how`), one how long it is, and its content follows. What is not lied about must be read as the member alone would be.
 */
#include "base/library.h"
#include "format/npy.h"
#include "fuzz.h"
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

enum { /* how a member is written */
       DEFLATED = 1,
       DICTIONARY = 2, /* the content is the dictionary of an NPY file, its last byte the number of zeros behind it */
       OTHER_NAME = 4,
       WRONG_CHECKSUM = 8,
       WRONG_SIZE = 16,
       WRONG_PACKED = 32,
       UNKNOWN_METHOD = 64,
       ENCRYPTED = 128
};
enum { LIES = WRONG_CHECKSUM | WRONG_SIZE | WRONG_PACKED | UNKNOWN_METHOD | ENCRYPTED, MEMBERS = 8, ROOM = 1 << 16 };

static uint8_t file[ROOM], central[2000], npy[9000];
static size_t at, end; /* of the file, of its directory */

static void put(uint8_t *to, size_t *n, int bytes, uint64_t value)
{
    for (int i = 0; i < bytes; i++) to[(*n)++] = (uint8_t)(value >> 8 * i);
}

static size_t deflated(const uint8_t *bytes, size_t size, uint8_t *to, size_t room)
{
    z_stream z = { .next_in = bytes, .avail_in = (unsigned)size, .next_out = to, .avail_out = (unsigned)room };
    fuzz_check(deflateInit2(&z, 1, Z_DEFLATED, -9, 1, Z_DEFAULT_STRATEGY) == Z_OK);
    const bool whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
    fuzz_check(whole);
    deflateEnd(&z);
    return room - z.avail_out;
}

/* What the head of a member and its row in the directory share. */
static void put_about(uint8_t *to, size_t *n, int how, const uint8_t *bytes, size_t size, size_t packed, size_t name)
{
    put(to, n, 2, how & ENCRYPTED ? 1 : 0);
    put(to, n, 2, how & UNKNOWN_METHOD ? 77 : how & DEFLATED ? 8 : 0);
    put(to, n, 4, 0x00210000); /* first of January 1980 */
    put(to, n, 4, crc32(0, bytes, (unsigned)size) ^ (how & WRONG_CHECKSUM ? 1 : 0));
    put(to, n, 4, how & WRONG_PACKED ? packed / 2 : packed);
    put(to, n, 4, how & WRONG_SIZE ? size * 3 : size);
    put(to, n, 2, name);
    put(to, n, 2, 0);
}

static void put_member(int number, int how, const uint8_t *bytes, size_t size)
{
    char name[] = "a.npy";
    const size_t begin = at, length = sizeof name - 1;
    name[0] = (char)('a' + number);
    if (how & OTHER_NAME) name[4] = 'z';
    uint8_t *data = file + at + 30 + length;
    const size_t packed = how & DEFLATED ? deflated(bytes, size, data, ROOM - at - 1000) : size;
    if (!(how & DEFLATED)) memcpy(data, bytes, size);
    put(file, &at, 4, 0x04034b50);
    put(file, &at, 2, 20);
    put_about(file, &at, how, bytes, size, packed, length);
    memcpy(file + at, name, length);
    at += length + packed;
    put(central, &end, 4, 0x02014b50);
    put(central, &end, 4, 20 | 20 << 16);
    put_about(central, &end, how, bytes, size, packed, length);
    put(central, &end, 6, 0);
    put(central, &end, 4, 0);
    put(central, &end, 4, begin);
    memcpy(central + end, name, length);
    end += length;
}

static void put_directory(int members)
{
    const size_t begin = at;
    memcpy(file + at, central, end);
    at += end;
    put(file, &at, 4, 0x06054b50);
    put(file, &at, 4, 0);
    put(file, &at, 2, (uint64_t)members);
    put(file, &at, 2, (uint64_t)members);
    put(file, &at, 4, end);
    put(file, &at, 4, begin);
    put(file, &at, 2, 0);
}

static size_t from_dictionary(const uint8_t *bytes, size_t size)
{
    const size_t text = size - 1, zeros = bytes[text];
    size_t n = 0;
    memcpy(npy, "\x93NUMPY\x01\x00", 8);
    n = 8;
    put(npy, &n, 2, text);
    memcpy(npy + n, bytes, text);
    memset(npy + n + text, 0, zeros);
    return n + text + zeros;
}

static bool same(const bm_tensor *a, const bm_tensor *b)
{
    return a->type == b->type && bmi_shape_equal(a->shape, b->shape) &&
           (!a->size || !memcmp(a->data, b->data, (size_t)a->size * bm_type_size(a->type)));
}

/* Reads the archive; `alone` are the tensors that must be in it when `known`. */
static void read_archive(bm_tensor *const *alone, size_t n, bool known, bm_status want)
{
    bmi_error e = { 0 };
    bmi_npz z;
    if (bmi_npz_read(&e, (bm_place){ 0 }, fuzz_context(), fuzz_file(file, at), &z)) {
        fuzz_check(*e.text && !z.n && (!known || want == e.status || e.status == BM_E_UNSUPPORTED));
        return;
    }
    fuzz_check(!known || (!want && z.n == n));
    for (size_t i = 0; known && i < n; i++) fuzz_check(same(z.members[i].tensor, alone[i]));
    bmi_npz_end(&z);
}

static void build(const uint8_t *bytes, size_t size)
{
    bm_tensor *alone[MEMBERS];
    size_t n = 0;
    int members = 0;
    bool known = true;
    bmi_error e = { 0 };
    at = end = 0;
    while (size > 3 && members < MEMBERS) {
        const int how = bytes[0];
        size_t length = bytes[1] ? 4 * (size_t)bytes[1] : size;
        if (length > size - 2) length = size - 2;
        const bool whole = how & DICTIONARY && length > 1;
        const size_t content = whole ? from_dictionary(bytes + 2, length) : length;
        put_member(members++, how, whole ? npy : bytes + 2, content);
        known = known && !(how & LIES);
        if (known && !e.status && !(how & OTHER_NAME)) {
            alone[n] = bmi_npy_parse(&e, (bm_place){ 0 }, fuzz_context(), "f", whole ? npy : bytes + 2, content);
            n += alone[n] != NULL;
        }
        bytes += 2 + length;
        size -= 2 + length;
    }
    put_directory(members);
    read_archive(alone, n, known, e.status);
    for (size_t i = 0; i < n; i++) bm_free(alone[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static void *library; /* stays open, so that it is not loaded for every archive */
    if (!library)
        library =
            bmi_library_open(&(bmi_error){ 0 }, (bm_place){ 0 }, "libzip.so.4", "", "", &(const bmi_symbol){ NULL, NULL });
    if (!size || size > 8000) return 0;
    if (bytes[0] & 1) build(bytes + 1, size - 1);
    else {
        memcpy(file, bytes + 1, at = size - 1);
        read_archive(NULL, 0, false, BM_OK);
    }
    return 0;
}
