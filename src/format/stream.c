// SPDX-License-Identifier: Apache-2.0
/* Streams over regular files (POSIX pread) and gzip files of one or several members (zlib, RFC 1952). */
#include "format/stream.h"
#include "base/file.h"
#include "base/zlib_memory.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { INPUT = 1 << 16 };

bm_status bmi_stream_open(bmi_error *e, bm_place here, bm_context *context, const char *path, const char *why, bmi_stream *s)
{
    *s = (bmi_stream){ .source.file = -1 };
    if (bmi_source_open_file(e, here, context, path, why, &s->source)) return e->status;
    unsigned char magic[2] = { 0, 0 };
    s->packed = pread(s->source.file, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    if (s->packed && !(s->input = bmi_alloc_raw(context, INPUT, 1))) return bmi_fail_memory(e, here, INPUT, "to read a file");
    return bmi_stream_rewind(e, here, s);
}

static void end_inflating(bmi_stream *s)
{
    if (s->started) inflateEnd(&s->z);
    s->started = s->inside = false;
}

bm_status bmi_stream_rewind(bmi_error *e, bm_place here, bmi_stream *s)
{
    s->at = 0;
    if (!s->packed) return BM_OK;
    end_inflating(s);
    s->z = (z_stream){ .zalloc = bmi_zlib_alloc, .zfree = bmi_zlib_free, .opaque = s->source.context };
    s->started = inflateInit2(&s->z, 16 + MAX_WBITS) == Z_OK;
    s->inside = s->started;
    return s->started ? BM_OK : bmi_fail_memory(e, here, INPUT, "to read a gzip file");
}

/* Up to n bytes of the file itself; 0 at its end. */
static bm_status read_file(bmi_error *e, bm_place here, bmi_stream *s, unsigned char *into, size_t n, size_t *got)
{
    char reason[128];
    ssize_t more;
    do more = pread(s->source.file, into, n < 1 << 30 ? n : 1 << 30, (off_t)s->at);
    while (more < 0 && errno == EINTR);
    if (more < 0) return bmi_fail(e, BM_E_FILE, here, "%s cannot be read: %s", s->source.name, bmi_reason(errno, reason));
    *got = (size_t)more;
    s->at += (size_t)more;
    return BM_OK;
}

static bm_status broken(bmi_error *e, bm_place here, const bmi_stream *s, const char *how)
{
    return bmi_fail(e, BM_E_FORMAT, here, "%s: broken gzip: %s", s->source.name, how);
}

/* Makes sure that there is input, unless the file ends: then *end. */
static bm_status feed(bmi_error *e, bm_place here, bmi_stream *s, bool *end)
{
    size_t got = 0;
    *end = false;
    if (s->z.avail_in) return BM_OK;
    if (read_file(e, here, s, s->input, INPUT, &got)) return e->status;
    s->z.next_in = s->input;
    s->z.avail_in = (unsigned)got;
    *end = !got;
    return BM_OK;
}

static bm_status inflate_into(bmi_error *e, bm_place here, bmi_stream *s, unsigned char *into, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n) {
        bool end;
        if (feed(e, here, s, &end)) return e->status;
        if (end) return s->inside ? broken(e, here, s, "it ends too early") : BM_OK;
        if (!s->inside) { /* another member; zeros behind the last one are padding */
            while (s->z.avail_in && !*s->z.next_in) s->z.next_in++, s->z.avail_in--;
            if (!s->z.avail_in) continue;
            inflateReset(&s->z);
            s->inside = true;
        }
        const size_t room = n - *got < 1 << 30 ? n - *got : 1 << 30;
        s->z.next_out = into + *got;
        s->z.avail_out = (unsigned)room;
        const int code = inflate(&s->z, Z_NO_FLUSH);
        *got += room - s->z.avail_out;
        if (code == Z_STREAM_END) s->inside = false;
        else if (code == Z_MEM_ERROR) return bmi_fail_memory(e, here, INPUT, "to read a gzip file");
        else if (code != Z_OK && code != Z_BUF_ERROR) return broken(e, here, s, s->z.msg ? s->z.msg : "bad data");
    }
    return BM_OK;
}

bm_status bmi_stream_read(bmi_error *e, bm_place here, bmi_stream *s, unsigned char *into, size_t n, size_t *got)
{
    *got = 0;
    if (s->packed) return inflate_into(e, here, s, into, n, got);
    for (size_t more = 1; *got < n && more && !e->status; *got += more)
        if (read_file(e, here, s, into + *got, n - *got, &more)) return e->status;
    return e->status;
}

void bmi_stream_end(bmi_stream *s)
{
    end_inflating(s);
    bmi_release(s->source.context, s->input, INPUT, 1);
    bmi_source_end(&s->source);
    *s = (bmi_stream){ .source.file = -1 };
}
